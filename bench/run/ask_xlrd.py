# Reads a workbook by xlrd: python -c ... FILE, with a query's name a line.
import gc, json, sys, time
import xlrd

path = sys.argv[1]
print("xlrd " + xlrd.__VERSION__, flush=True)
for line in sys.stdin:
    name = line.strip()
    wall, cpu = time.perf_counter(), time.process_time()
    sheet = xlrd.open_workbook(path).sheet_by_index(0)
    told = {"count": 1, "rows": [[str(sheet.nrows - 1)]]}
    if name == "Q5":
        told = {"count": 0}
        for row in range(1, sheet.nrows):
            sheet.row_values(row)
            told["count"] += 1
    told["cpu"], told["wall"] = time.process_time() - cpu, time.perf_counter() - wall
    print(json.dumps(told), flush=True)
    del sheet
    gc.collect()
