"""The colours of page, charts and workbook: ink, one blue for ours, status colours, grey for context.

Text colours keep a contrast of at least 4.5 : 1 on white (a test computes it).
"""

INK = "#1b2430"
GREY = "#556070"
HAIRLINE = "#d5dae1"
TRACK = "#eef1f4"
BLUE = "#1f5fa8"
PALE_BLUE = "#c3d7eb"
RED = "#b3261e"
PALE_RED = "#f7dedb"
AMBER = "#8a5a00"
GREEN = "#1b6b3a"
PALE_GREEN = "#d9ecdf"
PALE_AMBER = "#fff6e5"
WHITE = "#ffffff"

STATUS = {"reached": GREEN, "near": BLUE, "below": AMBER, "critical": RED}
FONTS = '"Source Sans 3","Segoe UI",Roboto,Arial,"Liberation Sans",sans-serif'
