#!/usr/bin/env python3
"""invent_usage.py DIR: usage files in the shape of the LearnPlatform set, where that is not at hand:
districts_info.csv and engagement_data/ID.csv, 188 districts, 2020, 13.3 million rows, seed fixed.
A few products are used everywhere and daily, most rarely; numbers have two decimals; a few lack a product."""
import os
import random
import sys

STATES = ['Arizona', 'California', 'Connecticut', 'Illinois', 'Michigan', 'New York', 'Ohio', 'Utah', 'Virginia', '']
BANDS = ['[0, 0.2[', '[0.2, 0.4[', '[0.4, 0.6[', '[0.6, 0.8[', '[0.8, 1[', '']


def main():
    out = sys.argv[1]
    rng = random.Random(2020)
    os.makedirs(out + '/engagement_data', exist_ok=True)
    products = rng.sample(range(10000, 100000), 8600)
    days = ['2020-%02d-%02d' % (m, d) for m in range(1, 13)
            for d in range(1, [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][m - 1] + 1)]
    ids = rng.sample(range(1000, 10000), 188)
    with open(out + '/districts_info.csv.new', 'w', encoding='utf-8') as f:
        f.write('district_id,state,locale,pct_black/hispanic,pct_free/reduced,county_connections_ratio,pp_total_raw\n')
        for i in ids:
            f.write('%d,%s,%s,,"%s",,\n' % (i, rng.choice(STATES), rng.choice(['City', 'Suburb', 'Town', 'Rural']), rng.choice(BANDS)))
    for i in ids:
        per_day = int(rng.lognormvariate(5.1, 0.55))
        with open('%s/engagement_data/%d.csv' % (out, i), 'w', encoding='utf-8') as f:
            f.write('"time","lp_id","pct_access","engagement_index"\n')
            for day in days:
                for k in sorted({min(int(rng.paretovariate(0.35)), len(products)) - 1 for _ in range(per_day)}):
                    pct = 0 if rng.random() < 0.4 else round(rng.expovariate(2), 2)
                    f.write('"%s",%d,%s,%s\n' % (day, products[k], ('%.2f' % pct).rstrip('0').rstrip('.'),
                                                 '' if pct == 0 else '%.2f' % (pct * rng.expovariate(0.04))))
    os.rename(out + '/districts_info.csv.new', out + '/districts_info.csv')


main()
