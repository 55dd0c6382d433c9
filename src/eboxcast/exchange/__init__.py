"""The drop folder: institutions put files in; a GO file ends the set; it is taken and answered with receipts."""
