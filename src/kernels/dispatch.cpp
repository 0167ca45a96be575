// Chooses the widest instruction set that this processor has, once, and keeps exceptions inside.
#include <new>

#include "kernels.hpp"

namespace normball {

namespace baseline { extern const Table table; }
#ifdef NB_HAS_X86_LEVELS
namespace avx2 { extern const Table table; }
namespace avx512 { extern const Table table; }
#endif

namespace {
struct Choice { const Table* table; const char* name; };

Choice choose() {
#ifdef NB_HAS_X86_LEVELS
    __builtin_cpu_init();
    bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
    if (has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512cd"))
        return Choice{&avx512::table, "avx512"};
    if (has_avx2) return Choice{&avx2::table, "avx2"};
#endif
    return Choice{&baseline::table, "baseline"};
}

const Choice& choice() {
    static const Choice chosen = choose();
    return chosen;
}
}  // namespace

namespace {
const Table& best() { return *choice().table; }

// The status of `body`. Only what the kernels throw themselves is caught: at the end of the interpreter a
// thread that asks for Python's lock is unwound, from within a callback, and that has to pass.
template <class Body> int guarded(const Body& body) {
    try {
        return body();
    } catch (const std::bad_alloc&) {
        return OUT_OF_MEMORY;
    }
}
}  // namespace

const char* table_name() { return choice().name; }
void out_of_memory() { throw std::bad_alloc(); }

int scan(const Matrix& X, const Scan& s, idx first, idx last) {
    return guarded([&] { best().scan(X, s, first, last); return int(DONE); });
}

int products(const Matrix& X, const double* U, idx K, idx width, double* out, idx first, idx last) {
    return guarded([&] { best().products(X, U, K, width, out, first, last); return int(DONE); });
}

int solve(const Model& model, Support& support, Batch& batch) {
    return guarded([&] { return best().solve(model, support, batch); });
}

int retarget(const Model& model, Support& support, double alpha, const idx* members, const double* sign, idx size) {
    return guarded([&] { return best().retarget(model, support, alpha, members, sign, size); });
}

int inner_products(const Model& model, const idx* columns, idx m, const double* U, idx K, double* out) {
    return guarded([&] { best().inner_products(model, columns, m, U, K, out); return int(DONE); });
}

int combination(const Model& model, const idx* columns, const double* w, idx m, double* out) {
    return guarded([&] { best().combination(model, columns, w, m, out); return int(DONE); });
}

int descend(const Descent& descent, idx* n_sweeps) {
    return guarded([&] { *n_sweeps = best().descend(descent); return int(DONE); });
}

int split(const Split& s, idx n_rows) {
    return guarded([&] { best().split(s, n_rows); return int(DONE); });
}

int reweigh(const Model& model, Support& support, Reweighted& batch) {
    return guarded([&] { return best().reweigh(model, support, batch); });
}

int evaluate(const LossTerm& loss, const double* eta, double* gradient, double* curvature, double* majorant,
             double* value) {
    return guarded([&] { *value = best().evaluate(loss, eta, gradient, curvature, majorant); return int(DONE); });
}

int slack(const LossTerm& loss, const double* eta, const double* u, double* value) {
    return guarded([&] { *value = best().slack(loss, eta, u); return int(DONE); });
}

int find_dual(const LossTerm& loss, const double* eta, int removes_ones, int has_units, double* dual,
              double* curvature, double* value) {
    return guarded([&] {
        *value = best().find_dual(loss, eta, removes_ones, has_units, dual, curvature);
        return int(DONE);
    });
}

int rounding_of_gap(const GapRounding& q, const double* eta, const double* u, const double* curvature, double mean,
                    double level, double* value) {
    return guarded([&] {
        *value = best().rounding_of_gap(q, eta, u, curvature, mean, level);
        return int(DONE);
    });
}

}  // namespace normball
