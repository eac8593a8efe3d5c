"""One file per graded thing: its cases, what is special about checking it, its points."""
