"""The bike model's training set, as a notebook makes it: python transform_pandas.py RAW.csv OUT.csv"""

import resource
import sys
import time

import numpy
import pandas

started = time.perf_counter()
raw, out = sys.argv[1:]
frame = pandas.read_csv(raw, parse_dates=["datetime"])
moment = frame["datetime"].dt
for part in ["year", "month", "day", "dayofweek", "hour"]:
    frame[part] = getattr(moment, part)
frame["count"] = numpy.log1p(frame["count"])
columns = ["count", "season", "holiday", "workingday", "weather", "temp", "atemp", "humidity", "windspeed"]
frame[[*columns, "year", "month", "day", "dayofweek", "hour"]].to_csv(out, header=False, index=False)
used = resource.getrusage(resource.RUSAGE_SELF)
# Seconds without the imports, seconds of processor time, and the peak memory in KiB.
print(time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss)
