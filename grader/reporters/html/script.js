"use strict";
// Sorting for every table with class "sortable"; for the big one also searching, and a page of rows at a time, so that
// thousands of rows stay usable. Without this script all rows are there, in the order of names.
(() => {
  const PAGE = 50;

  for (const table of document.querySelectorAll("table.sortable")) {
    const body = table.tBodies[0];
    const rows = Array.from(body.rows, (row) => ({ row, text: "", keys: null }));
    const tools = document.getElementById(table.dataset.tools || "");
    let shown = rows, page = 0;

    const keyOf = (item, column) => {
      item.keys ??= Array.from(item.row.cells, (cell) => {
        const value = cell.dataset.v ?? cell.textContent.trim();
        const number = value === "" ? NaN : Number(value);
        return Number.isNaN(number) ? value.toLowerCase() : number;
      });
      return item.keys[column];
    };
    const compare = (a, b) => {
      if (a === "" || b === "") return (a === "") - (b === "") || 0;
      if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0;
      return typeof a === "number" ? -1 : 1;
    };
    const show = () => {
      if (!tools) { body.replaceChildren(...shown.map((item) => item.row)); return; }
      const pages = Math.max(1, Math.ceil(shown.length / PAGE));
      page = Math.min(Math.max(page, 0), pages - 1);
      body.replaceChildren(...shown.slice(page * PAGE, (page + 1) * PAGE).map((item) => item.row));
      const [back, on] = tools.querySelectorAll("button");
      back.disabled = page === 0;
      on.disabled = page === pages - 1;
      back.hidden = on.hidden = pages === 1;
      const first = shown.length ? page * PAGE + 1 : 0;
      tools.querySelector("[role=status]").textContent =
        `${first} to ${Math.min((page + 1) * PAGE, shown.length)} of ${shown.length}` +
        (shown.length < rows.length ? ` found among ${rows.length}` : "");
    };

    Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") !== "ascending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const order = (a, b) => {
          const x = keyOf(a, column), y = keyOf(b, column);
          const last = x === "" || y === "";
          return compare(x, y) * (up || last ? 1 : -1);
        };
        rows.sort(order);
        shown = [...shown].sort(order);
        page = 0;
        show();
      });
    });

    if (tools) {
      const input = tools.querySelector("input");
      for (const item of rows) item.text = item.row.textContent.toLowerCase();
      input.addEventListener("input", () => {
        const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
        shown = rows.filter((item) => words.every((word) => item.text.includes(word)));
        page = 0;
        show();
      });
      const [back, on] = tools.querySelectorAll("button");
      back.addEventListener("click", () => { page -= 1; show(); });
      on.addEventListener("click", () => { page += 1; show(); });
      tools.hidden = false;
      show();
    }
  }
})();
