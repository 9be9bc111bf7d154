"""Report-shaped exports: rows under titles and group headings, with totals and a footer, brought into flat rows.

Comes in: the rows of cells of one file, and the shape of its report. Goes out: its data rows, each with what stands
above it made a column, once every printed total has been added up again. Must not know files, scans or contracts.
"""
