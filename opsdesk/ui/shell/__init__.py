"""The frame: application, main window, log-in, preview, trouble."""
