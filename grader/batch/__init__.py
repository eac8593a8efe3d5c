"""A whole class: hand-ins of a folder in; store, reports and exit code out."""
