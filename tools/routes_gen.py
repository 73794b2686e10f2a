#!/usr/bin/env python3
"""routes_gen.py OUT_C FILE.c ...: lists every `const struct route routes_<idea>[]` of the page files,
so that a new page file needs no line anywhere else."""
import re
import sys

names = []
for path in sys.argv[2:]:
    names += re.findall(r'^const struct route (routes_[a-z0-9_]+)\[\]', open(path, encoding='utf-8').read(), re.M)
with open(sys.argv[1], 'w', encoding='utf-8') as out:
    out.write('/* Made by tools/routes_gen.py from src/web/page_*.c. */\n#include "web/router.h"\n\n')
    out.write(''.join('extern const struct route %s[];\n' % n for n in sorted(names)))
    out.write('\nconst struct route *const route_tables[] = {\n%s    0,\n};\n' % ''.join('    %s,\n' % n for n in sorted(names)))
