// The elementwise part of a step of robust PCA, on one block of rows. With l = L + b h' the low-rank part,
// M and Z being deviations from the columns b 1', and y = ratio (Z - l),
//     c = clip(shrink (M - l + y), -bound, bound), 0 where nothing was observed,
//     Z <- l + y + relaxation (c - y),     mean <- mean + weight c.
// Five streams are read once instead of a dozen passes; see solvers/low_rank/pursuit.py for the method.
#pragma once

#include "vectors.hpp"

namespace normball {
namespace NB_ISA {

template <class Value> static void split_block(const Split& s, idx n_rows) {
    const Value *M = static_cast<const Value*>(s.M), *L = static_cast<const Value*>(s.L);
    const Value *b = static_cast<const Value*>(s.b), *h = static_cast<const Value*>(s.h);
    Value *Z = static_cast<Value*>(s.Z), *mean = static_cast<Value*>(s.mean);
    const Value ratio = Value(s.ratio), shrink = Value(s.shrink), bound = Value(s.bound);
    const Value relaxation = Value(s.relaxation), weight = Value(s.weight);
    for (idx i = 0; i < n_rows; ++i) {
        const idx start = i * s.n;
        const Value centre = b[i];
        const uint8_t* seen = s.observed ? s.observed + start : nullptr;
        for (idx j = 0; j < s.n; ++j) {
            const idx k = start + j;
            const Value l = L[k] + centre * h[j], y = ratio * (Z[k] - l);
            Value c = shrink * (M[k] - l + y);
            c = c > bound ? bound : c;
            c = c < -bound ? -bound : c;
            if (seen) c = seen[j] ? c : Value(0);
            Z[k] = l + y + relaxation * (c - y);
            mean[k] += weight * c;
        }
    }
}

static void split(const Split& s, idx n_rows) {
    if (s.is_single) split_block<float>(s, n_rows);
    else split_block<double>(s, n_rows);
}

}  // namespace NB_ISA
}  // namespace normball
