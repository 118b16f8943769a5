"""The sheets of the daily workbook, one module per sheet; `pen` holds what they share."""
