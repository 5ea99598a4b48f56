# Makes the workbooks of other makers in this folder, and what LibreOffice shows of them as csv:
#   python make.py      needs openpyxl, XlsxWriter, soffice and ssconvert; excelize.xlsx is made by its own Go program (see README.md)
import datetime, os, subprocess, sys
import openpyxl, xlsxwriter

D, DT, TD = datetime.date, datetime.datetime, datetime.timedelta
HEAD = ["id", "name", "qty", "price", "share", "day", "at", "took", "paid", "note", "sum"]
FORMATS = [None, None, None, "#,##0.00", "0.0%", "yyyy-mm-dd", "dd.mm.yyyy hh:mm:ss", "[h]:mm:ss", None, "@", "0.00"]
ROWS = [
    [1, "plain", 5, 1234.5, 0.125, D(2024, 2, 29), DT(2024, 2, 29, 13, 30, 15), TD(hours=1, minutes=2, seconds=3), True, "a"],
    [2, "Müller & <Söhne>", -7, 0.1, 1, D(1999, 12, 31), DT(1999, 12, 31, 23, 59, 59), TD(hours=36), False, "007"],
    [3, "  blanks  ", 0, 1e6, 0.005, D(2038, 1, 19), DT(2001, 1, 1, 0, 0, 0), TD(seconds=1), True, "two\nlines"],
    [4, "日本語 🙂", 123456789012, 99.995, -0.5, None, None, None, None, None],
    [None, None, None, None, None, None, None, None, None, None],
    [6, "_x0041_ is no A", 2147483648, -0.25, 0.3333, D(1900, 3, 1), DT(2024, 2, 27, 12, 0, 0), TD(hours=100, minutes=30), False, 'quo"te'],
    [7, "tab\there", 1, 1234567.891, 0, D(9999, 12, 31), DT(2024, 12, 31, 6, 7, 8), TD(0), True, "#N/A"],
]


def with_openpyxl(name):
    wb = openpyxl.Workbook()
    ws = wb.active
    ws.title = "Kinds of cells"
    ws.append(HEAD)
    for r, row in enumerate(ROWS, 2):
        for c, v in enumerate(row, 1):
            if v is None:
                continue
            if isinstance(v, str):
                v = v.replace("_x0041_", "_x005F_x0041_") # it escapes nothing itself
            cell = ws.cell(r, c, v)
            if isinstance(v, str):
                cell.data_type = "s"
            if FORMATS[c - 1]:
                cell.number_format = FORMATS[c - 1]
        if row[0] is not None:
            ws.cell(r, 11, f"=C{r}+D{r}").number_format = FORMATS[10]
    wb.create_sheet("Empty")
    h = wb.create_sheet("Hidden")
    h["A1"] = "unseen"
    h.sheet_state = "veryHidden"
    wb.save(name)


def with_xlsxwriter(name):
    wb = xlsxwriter.Workbook(name)
    ws = wb.add_worksheet("Kinds of cells")
    styles = [wb.add_format({"num_format": f}) if f else None for f in FORMATS]
    for c, h in enumerate(HEAD):
        ws.write_string(0, c, h)
    for r, row in enumerate(ROWS, 1):
        for c, v in enumerate(row):
            if v is None:
                continue
            if isinstance(v, bool):
                ws.write_boolean(r, c, v, styles[c])
            elif isinstance(v, str):
                ws.write_string(r, c, v, styles[c])
            elif isinstance(v, (D, DT, TD)):
                ws.write_datetime(r, c, v, styles[c])
            else:
                ws.write_number(r, c, v, styles[c])
        if row[0] is not None:
            ws.write_formula(r, 10, f"=C{r+1}+D{r+1}", styles[10], row[2] + row[3])
    wb.add_worksheet("Empty")
    h = wb.add_worksheet("Hidden")
    h.write("A1", "unseen")
    h.very_hidden()
    wb.close()


def run(*args):
    subprocess.run(args, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def office(to, name, folder="."):
    run("soffice", "-env:UserInstallation=file://" + os.environ.get("LO_PROFILE", "/tmp/lo-profile"), "--headless", "--convert-to", to, "--outdir", folder, name)


def main():
    with_openpyxl("openpyxl.xlsx")
    with_xlsxwriter("xlsxwriter.xlsx")
    os.makedirs("tmp", exist_ok=True)
    with_openpyxl("tmp/libreoffice.xlsx")
    office("ods", "tmp/libreoffice.xlsx", "tmp")
    office("xlsx:Calc MS Excel 2007 XML", "tmp/libreoffice.ods")
    run("ssconvert", "-T", "Gnumeric_Excel:xlsx2", "tmp/libreoffice.ods", "gnumeric.xlsx")
    for name in ["openpyxl", "xlsxwriter", "libreoffice", "gnumeric", "excelize"]:
        if os.path.exists(name + ".xlsx"):
            office("csv:Text - txt - csv (StarCalc):44,34,76,1,,1033,false,true,true", name + ".xlsx")
    for f in os.listdir("tmp"):
        os.remove("tmp/" + f)
    os.rmdir("tmp")


main()
