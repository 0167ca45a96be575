// The maintained inverse M of the support's Gram matrix: blocks of features come and go.
//
// With L L' = M_DD, dropping D:    M_KK -= Z'Z,  Z = L^-1 M_DK.
// With U = G_AS M and L L' = G_AA - U G_SA, adding A:
//     M_SS += Z'Z,  M_AS = -L^-T Z,  M_AA = L^-T L^-1,  Z = L^-1 U.
// Storage is full and symmetric, so that products read rows.
#pragma once

#include "vectors.hpp"

namespace normball {
namespace NB_ISA {

constexpr idx FEW = 128;  // members up to which one vector is multiplied by adding rows of M

// out[k, 0:s] = B[k, 0:s] M for k < b
static void multiply(const Support& a, const double* B, idx b_step, idx b, double* out, idx out_step) {
    idx s = a.size;
    if (b == 1 && s <= FEW) {
        const double* rows[FEW];
        for (idx i = 0; i < s; ++i) rows[i] = a.inverse + i * a.capacity;
        for (idx i = 0; i < s; ++i) out[i] = 0;
        combine(rows, B, s, s, out);
        return;
    }
    for_each((s + 15) / 16, double(s) * s * b, [&](idx block) {
        idx i0 = block * 16, count = smaller(16, s - i0);
        const double* rows[16];
        for (idx i = 0; i < count; ++i) rows[i] = a.inverse + (i0 + i) * a.capacity;
        for (idx k0 = 0; k0 < b; k0 += 16) {
            idx width = smaller(16, b - k0);
            const double* vectors[16];
            for (idx k = 0; k < width; ++k) vectors[k] = B + (k0 + k) * b_step;
            double tile[256];
            for (double& t : tile) t = 0;
            dots(rows, count, vectors, width, s, tile, 16);
            for (idx k = 0; k < width; ++k)
                for (idx i = 0; i < count; ++i) out[(k0 + k) * out_step + i0 + i] = tile[i * 16 + k];
        }
    });
}

// M[0:s, 0:s] += sign * Z'Z
static void rank_update(double* M, idx step, idx s, const double* Z, idx z_step, idx b, double sign) {
    for_each((s + TALL - 1) / TALL, double(s) * s * b, [&](idx block) {
        idx i0 = block * TALL;
        if (i0 + TALL <= s) rank_rows<TALL>(M, step, i0, s, Z, z_step, b, sign);
        else for (idx i = i0; i < s; ++i) rank_rows<1>(M, step, i, s, Z, z_step, b, sign);
    });
}

// lower Cholesky factor in place; false if a pivot is not above floor[i] (0 if null)
static bool cholesky(double* A, idx b, const double* floor) {
    for (idx j = 0; j < b; ++j) {
        double* row_j = A + j * b;
        double d = row_j[j];
        for (idx k = 0; k < j; ++k) d -= row_j[k] * row_j[k];
        if (!(d > (floor ? floor[j] : 0.0))) return false;
        d = sqrt(d);
        row_j[j] = d;
        for (idx i = j + 1; i < b; ++i) {
            double* row = A + i * b;
            double t = row[j];
            for (idx k = 0; k < j; ++k) t -= row[k] * row_j[k];
            row[j] = t / d;
        }
    }
    return true;
}

// Z <- L^-1 Z for Z (b, s)
static void solve_rows(const double* L, idx b, double* Z, idx step, idx s) {
    for (idx k = 0; k < b; ++k) {
        double* row = Z + k * step;
        for (idx l = 0; l < k; ++l) {
            const double* other = Z + l * step;
            double factor = -L[k * b + l];
            combine(&other, &factor, 1, s, row);
        }
        double scale = 1 / L[k * b + k];
        for (idx j = 0; j < s; ++j) row[j] *= scale;
    }
}

static void swap_members(Support& a, idx i, idx j) {
    if (i == j) return;
    double *row_i = a.inverse + i * a.capacity, *row_j = a.inverse + j * a.capacity;
    for (idx k = 0; k < a.size; ++k) { double t = row_i[k]; row_i[k] = row_j[k]; row_j[k] = t; }
    for (idx k = 0; k < a.size; ++k) {
        double* row = a.inverse + k * a.capacity;
        double t = row[i]; row[i] = row[j]; row[j] = t;
    }
    idx member = a.members[i]; a.members[i] = a.members[j]; a.members[j] = member;
    double sign = a.sign[i]; a.sign[i] = a.sign[j]; a.sign[j] = sign;
    a.position[a.members[i]] = i;
    a.position[a.members[j]] = j;
}

// Drop the members at `places` (ascending). False if the block is not positive: M is worn out.
static bool drop(Support& a, const idx* places, idx b) {
    for (idx t = b - 1, end = a.size - 1; t >= 0; --t, --end) swap_members(a, places[t], end);
    idx kept = a.size - b;
    Scratch scratch;
    double *L = scratch.take<double>(b * b), *Z = scratch.take<double>(b * kept);
    for (idx i = 0; i < b; ++i) {
        const double* row = a.inverse + (kept + i) * a.capacity;
        for (idx j = 0; j < b; ++j) L[i * b + j] = row[kept + j];
        for (idx j = 0; j < kept; ++j) Z[i * kept + j] = row[j];
    }
    for (idx i = kept; i < a.size; ++i) a.position[a.members[i]] = -1;
    a.size = kept;
    if (!cholesky(L, b, nullptr)) return false;
    solve_rows(L, b, Z, kept, kept);
    rank_update(a.inverse, a.capacity, kept, Z, kept, b, -1.0);
    return true;
}

// Append b features with Gram blocks GS (b, s) and GG (b, b). False, and nothing done, if one of
// them depends on the support: its pivot falls below `tolerance` times its own square.
static bool append(Support& a, const idx* features, const double* signs, idx b, const double* GS, const double* GG,
                   double tolerance) {
    idx s = a.size;
    Scratch scratch;
    double *U = scratch.take<double>(b * s), *L = scratch.take<double>(b * b);
    double *inverse_L = scratch.take<double>(b * b), *floor = scratch.take<double>(b);
    multiply(a, GS, s, b, U, s);
    for (idx i = 0; i < b; ++i) {
        floor[i] = tolerance * GG[i * b + i];
        for (idx j = 0; j <= i; ++j) {
            double t = 0;
            const double *x = U + j * s, *y = GS + i * s;
            tile_dots<1, 1>(&x, &y, s, &t);
            L[i * b + j] = GG[i * b + j] - t;
            inverse_L[i * b + j] = inverse_L[j * b + i] = 0;
        }
        inverse_L[i * b + i] = 1;
    }
    if (!cholesky(L, b, floor)) return false;
    solve_rows(L, b, U, s, s);
    rank_update(a.inverse, a.capacity, s, U, s, b, 1.0);
    solve_rows(L, b, inverse_L, b, b);
    for (idx i = 0; i < b; ++i) {
        double* row = a.inverse + (s + i) * a.capacity;
        for (idx j = 0; j < s; ++j) row[j] = 0;
        for (idx k = i; k < b; ++k) {
            const double* z = U + k * s;
            double factor = -inverse_L[k * b + i];
            combine(&z, &factor, 1, s, row);
        }
        for (idx j = 0; j < b; ++j) {
            double t = 0;
            for (idx k = (i > j ? i : j); k < b; ++k) t += inverse_L[k * b + i] * inverse_L[k * b + j];
            row[s + j] = t;
        }
        for (idx j = 0; j < s; ++j) a.inverse[j * a.capacity + s + i] = row[j];
        a.members[s + i] = features[i];
        a.sign[s + i] = signs[i];
        a.position[features[i]] = s + i;
    }
    a.size = s + b;
    return true;
}

}  // namespace NB_ISA
}  // namespace normball
