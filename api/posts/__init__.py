"""Who works at which counter, and on which terms, over HTTP."""
