"""Where programs really run; each module keeps the contract of `sandboxes.runner`."""
