"""Owner of the HIV test: from the window through procedure room and laboratory to the handing over."""
