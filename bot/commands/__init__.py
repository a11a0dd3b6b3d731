"""Every slash command, grouped by who uses it; importing a module here declares its commands."""
