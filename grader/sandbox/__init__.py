"""Where student code runs: launching guests, talking to them under deadlines, and killing what is left."""
