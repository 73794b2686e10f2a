#!/usr/bin/env python3
"""assets_gen.py OUT_C FILE ...: puts the files of assets/ into the binary, each under a name that
carries a digest of its bytes (look.3f2a....css), so that a browser may keep it for ever."""
import hashlib
import os
import sys

TYPES = {'.css': 'text/css; charset=utf-8', '.js': 'text/javascript; charset=utf-8',
         '.svg': 'image/svg+xml', '.txt': 'text/plain; charset=utf-8', '.png': 'image/png'}

with open(sys.argv[1], 'w', encoding='utf-8') as out:
    out.write('/* Made by tools/assets_gen.py from assets/. */\n#include "web/asset.h"\n\n')
    rows = []
    for i, path in enumerate(sorted(sys.argv[2:])):
        data = open(path, 'rb').read()
        stem, ext = os.path.splitext(os.path.basename(path))
        digest = hashlib.blake2b(data, digest_size=6).hexdigest()
        lines = ',\n'.join('    ' + ','.join(str(b) for b in data[k:k + 32]) for k in range(0, len(data), 32))
        out.write('static const unsigned char bytes_%d[] = {\n%s};\n' % (i, lines or '0'))
        rows.append('    {"%s%s", "/assets/%s.%s%s", "%s", bytes_%d, %d},\n' % (stem, ext, stem, digest, ext, TYPES[ext], i, len(data)))
    out.write('\nconst struct asset assets[] = {\n%s};\nconst size_t asset_count = %d;\n' % (''.join(rows), len(rows)))
