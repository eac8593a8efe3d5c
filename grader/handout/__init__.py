"""What an instructor hands out: a kit that grades, and in which there is no answer."""
