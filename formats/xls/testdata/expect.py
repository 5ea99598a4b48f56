"""Writes what xlrd (https://pypi.org/project/xlrd) reads of a sheet: a line a row, as Howdah prints the values.

python3 expect.py BOOK.xls [SHEET [text]] > BOOK.SHEET.txt. Gnumeric names UTF-16 for the texts of BIFF7, which are none.
"""
import sys, datetime, xlrd

def duration(v):
    ms = round(v * 86400000)
    s, ms = divmod(ms, 1000)
    return '%02d:%02d:%02d' % (s // 3600, s // 60 % 60, s % 60) + ('.%03d' % ms).rstrip('0').rstrip('.') * (ms > 0)

def number(v):
    return str(int(v)) if v == int(v) else repr(v)

def text(book, c):
    if c.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return r'\N'
    if c.ctype == xlrd.XL_CELL_TEXT:
        return c.value
    if c.ctype == xlrd.XL_CELL_BOOLEAN:
        return ('FALSE', 'TRUE')[c.value] if 'text' in sys.argv[3:] else 'ft'[c.value]
    if c.ctype == xlrd.XL_CELL_ERROR:
        return r'\N'
    code = book.format_map[book.xf_list[c.xf_index].format_key].format_str.lower() if book.formatting_info else ''
    if c.ctype == xlrd.XL_CELL_DATE:
        if '[h' in code:
            return duration(c.value)
        if 'y' not in code:
            return duration(c.value)
        t = datetime.datetime(1904 if book.datemode else 1900, 1, 1) + datetime.timedelta(milliseconds=round(c.value * 86400000)) - datetime.timedelta(days=0 if book.datemode else 2)
        return str(t)[:None if 'h' in code else 10]
    return number(c.value)

book = xlrd.open_workbook(sys.argv[1], formatting_info=True, encoding_override="cp1252" if "biff7" in sys.argv[1] else None)
sheet = book.sheet_by_name(sys.argv[2]) if len(sys.argv) > 2 else book.sheet_by_index(0)
for r in range(sheet.nrows):
    row = sheet.row(r)
    if any(c.ctype not in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK) for c in row):
        print('|'.join(text(book, c) for c in row))
