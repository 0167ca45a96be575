// The kernels for one instruction set; compiled once for each, with NB_ISA and NB_WIDTH given.
#include "block_descent.hpp"
#include "reweighting.hpp"
#include "scan.hpp"
#include "splitting.hpp"

namespace normball {
namespace NB_ISA {

template <class Space> static int solve_in(const Model& model, Support& support, Batch& batch) {
    return Pivoting<Space>(model, support, batch).run();
}

static int solve(const Model& model, Support& support, Batch& batch) {
    switch (model.space) {
        case DENSE_SPACE: return solve_in<SampleSpace<DenseColumns> >(model, support, batch);
        case SPARSE_SPACE: return solve_in<SampleSpace<SparseColumns> >(model, support, batch);
        default: return solve_in<GramSpace>(model, support, batch);
    }
}

template <class Space>
static int retarget_in(const Model& model, Support& support, double alpha, const idx* members, const double* sign,
                       idx size) {
    Batch batch = Batch();
    return Pivoting<Space>(model, support, batch).retarget(members, sign, size, alpha);
}

static int retarget(const Model& model, Support& support, double alpha, const idx* members, const double* sign,
                    idx size) {
    switch (model.space) {
        case DENSE_SPACE:
            return retarget_in<SampleSpace<DenseColumns> >(model, support, alpha, members, sign, size);
        case SPARSE_SPACE:
            return retarget_in<SampleSpace<SparseColumns> >(model, support, alpha, members, sign, size);
        default: return retarget_in<GramSpace>(model, support, alpha, members, sign, size);
    }
}

// out[j * K + k] = x_j'u_k for stored columns (not centred), U (K, n)
static void inner_products(const Model& model, const idx* columns, idx m, const double* U, idx K, double* out) {
    const idx at_once = 16;
    for (idx k0 = 0; k0 < K; k0 += at_once) {
        const double* vectors[at_once];
        idx b = smaller(at_once, K - k0);
        for (idx k = 0; k < b; ++k) vectors[k] = U + (k0 + k) * model.n;
        if (model.space == SPARSE_SPACE) SparseColumns(model).inner(columns, m, vectors, b, out + k0, K);
        else DenseColumns(model).inner(columns, m, vectors, b, out + k0, K);
    }
}

// out = sum_j w[j] x_j over stored columns
static void combination(const Model& model, const idx* columns, const double* w, idx m, double* out) {
    if (model.space == SPARSE_SPACE) SparseColumns(model).combination(columns, w, m, out);
    else DenseColumns(model).combination(columns, w, m, out);
}

static int reweigh(const Model& model, Support& support, Reweighted& batch) {
    if (model.space == SPARSE_SPACE) return Reweighting<SparseColumns>(model, support, batch).run();
    return Reweighting<DenseColumns>(model, support, batch).run();
}

extern const Table table = {scan,    products, solve,    retarget, inner_products, combination,
                            descend, split,    reweigh, evaluate, slack,
                            find_dual, rounding_of_gap};

}  // namespace NB_ISA
}  // namespace normball
