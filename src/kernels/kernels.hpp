// What the compiled kernels take and return. Plain data only: the same structures are read by
// every instruction-set build (see isa.cpp) and filled by _kernels.pyx.
#pragma once

#include <cstdint>

namespace normball {

typedef int64_t idx;

// Who called a kernel. Each call has its own: what goes wrong in one concerns no other thread.
struct Caller {
    int (*poll)(Caller& caller);  // asked now and then whether to stop; null where nobody can interrupt
    int has_failed;               // a callback raised: the kernel is to come back soon
    void* call;                   // the call itself, of _kernels.pyx

    bool stops() { return has_failed || (poll && poll(*this)); }
};

// ---- one pass over the data ---------------------------------------------------------
enum Storage { DENSE_COLUMNS = 0, DENSE_ROWS = 1, SPARSE_COLUMNS = 2 };

struct Matrix {
    int storage;       // a Storage; columns or rows say which lie together in memory
    int is_single;     // float32 values instead of float64
    int has_long_index;// int64 sparse indices instead of int32
    idx n, p;
    const void* values;
    idx step;          // distance between two columns (or rows) of a dense matrix, in numbers
    const void* indices;
    const void* indptr;
};

struct Scan {
    const double* U;   // K dual directions: (K, n) for columns, (n, width) for rows and sparse
    idx K, width;
    const double* alphas;        // (K,)
    const double* inverse_price; // (p,) or null for all 1; 0 for features that cannot be violated
    const uint8_t* skip;         // (p,) features that need no check
    int one_sided;
    double slack;      // relative excess over alpha that counts as rounding
    idx early, late;   // two of the K
    int32_t* first;    // (p,) out: first k whose condition feature j violates, K if none
    double* largest;   // (K,) out: largest |x_j'u_k| / price_j over the features not skipped
    double* at_early;  // (p,) out: x_j'u / price_j at k = early and at k = late
    double* at_late;
};

// ---- risk sets ------------------------------------------------------------------------
// As losses/risk_sets.py sorts the samples: groups of one event time, the events first.
struct RiskSets {
    idx n_at_risk, n_groups;
    int is_efron;
    const idx* order;               // (n_at_risk,) samples
    const double* weight;           // (n_at_risk,)
    const idx *starts, *counts;     // (n_groups,) place of the first event, number of events
    const double* masses;           // (n_groups,) weight of the events
};

// What the Hessian of a partial likelihood takes from its diagonal, see risk_sets.hpp.
struct RiskHessian {
    const RiskSets* sets;
    double* x;                      // (n_at_risk,)
    double *rest, *cross, *events;  // (n_groups,)
};

// ---- the restricted problem -----------------------------------------------------------
//   minimise  |sqrt(h) (b / h - X w)|^2 / 2 + alpha sum_j (price_j |w_j| + ridge_j w_j^2 / 2)
// over the candidates, X being centred by `mean` (an eliminated intercept). The weights diag(h) are less
// by what risk sets take from them, if there are any.
enum Space { DENSE_SPACE = 0, SPARSE_SPACE = 1, GRAM_SPACE = 2 };

struct Model {
    int space;
    idx n, m;              // samples and stored columns
    const double* dense;   // (n, m) columns lie together, `step` apart
    idx step;
    const double* data;    // sparse columns
    const int32_t* indices;
    const idx* indptr;
    const double* gram;    // (m, m)
    const double* b;       // (n,)
    const double* h;       // (n,)
    const RiskHessian* risks;  // or null
    const double* mean;    // (m,) or null
    const double* c;       // (m,) X'b
    const double* price;   // (m,) 0: unpenalised, always in the support
    const double* ridge;   // (m,) or null
    int one_sided;
    double pivot_tolerance;
    // Where set, the support's inverse is that of X'DX with these curvatures D and means, close to h:
    // systems are then solved by conjugate gradients on it, to a relative stationarity of `precision`.
    const double* metric_h;     // (n,) or null
    const RiskHessian* metric_risks;
    const double* metric_mean;  // (m,) or null
    double precision;
};

struct Support {
    double* inverse;  // (capacity, capacity) inverse of the support's Gram matrix
    idx capacity;
    idx* members;     // (capacity,) stored columns
    double* sign;     // (capacity,) -1, 1; 0 for unpenalised
    idx* position;    // (m,) place among the members, -1 outside
    idx size;
};

enum Status { DONE = 0, NEEDS_CAPACITY = 1, STALLED = 2, INTERRUPTED = 3, OUT_OF_MEMORY = 4 };
// What is told of each point; the order of the rows of Batch::figures.
enum Figure {
    SLOPE = 0,  // -dR/dalpha
    CW, ZW,     // <c, w>, <z, w>
    PRICED,     // sum_j price_j |w_j|
    SQUARED,    // sum_j ridge_j w_j^2 / 2
    SHIFT,      // <mean, w>
    N_FIGURES
};
enum Counter { N_PIVOTS = 0, N_ADDED, N_DROPPED, N_REFINED, N_DEPENDENT, N_FALLBACKS, N_KNOTS, N_GRADIENTS, N_COUNTERS };

struct Batch {
    const idx* candidates; // stored columns, support included
    idx n_candidates;
    const double* alphas;  // (K,) decreasing
    idx K;
    double alpha_before;   // alpha at which the support given is optimal; < 0 if there is none
    const double* start;   // (size of the support,) weights to start from, or null for 0
    idx* sizes;            // (K,) out
    idx* members;          // (K, capacity) out
    double* weights;       // (K, capacity) out
    double* U;             // (K, n) out: b - h X w; null in Gram space
    double* figures;       // (N_FIGURES, K) out
    idx counters[N_COUNTERS];
    idx done;              // alphas solved so far
    Caller* caller;        // asked between pivots
};

// ---- other losses than squared error -----------------------------------------------------
enum LossKind { OTHER_LOSS = 0, LOGISTIC_LOSS, POISSON_LOSS, HUBER_LOSS, COX_LOSS, GAMMA_LOSS, TWEEDIE_LOSS };

struct LossTerm {
    int kind;                     // a LossKind
    double parameter;             // Huber's delta, Tweedie's power
    idx n;
    const double* y;              // (n,)
    const double* sample_weight;  // (n,) sums to 1
    RiskSets sets;                // of COX_LOSS
    // of OTHER_LOSS, and the slack of COX_LOSS: f(eta) with weighted gradient, curvature and majorant (n,) out, and
    // f(eta) + f*(u) - <u, eta> (NaN with caller->has_failed set if they raise)
    double (*evaluate)(Caller& caller, const double* eta, double* gradient, double* curvature, double* majorant);
    double (*slack)(Caller& caller, const double* eta, const double* u);
    Caller* caller;
};

struct GapRounding {
    idx n;
    const double* resolution;  // (n,) size of the numbers in y, in units of eta
};

// Weights at stored columns.
struct SparsePoint {
    idx size;
    const idx* slots;
    const double* weights;
    double intercept;
};

// A batch of alphas for a loss with a curvature, from one point of the path on (see reweighting.hpp).
struct Reweighted {
    LossTerm loss;
    int fits_intercept;
    double scale, tolerance;      // of the relative gap
    const idx* candidates;        // stored columns, supports included
    idx n_candidates;
    const idx* free_slots;        // unpenalised among them
    idx n_free;
    const double* inverse_price;  // (m,) 0 for unpenalised features
    const double* alphas;         // (K,) decreasing
    idx K;
    double alpha_before;          // alpha of `now`
    SparsePoint now, earlier;
    double alpha_earlier;         // alpha of `earlier`; negative if there is none
    // kept from batch to batch: how much of the majorant goes into a model, the last -dR/dalpha,
    // and the curvatures and means that the support's inverse is of
    double caution, slope;
    int is_worn;
    double* metric;               // (n,)
    double* mean;                 // (m,)
    double* metric_mean;          // (m,) known where metric_age is age
    idx* metric_age;              // (m,)
    idx age;
    // out, row by row
    idx* sizes;                   // (K,)
    idx* members;                 // (K, capacity)
    double* weights;              // (K, capacity)
    double *intercepts, *losses, *norms, *slopes;  // (K,)
    idx done;
    idx counters[N_COUNTERS];
    Caller* caller;
};

// ---- groups -------------------------------------------------------------------------
//   minimise  sum_k (w_k'G w_k / 2 - c_k'w_k) + alpha sum_g price_g |w_g|;  r = c - G w is kept beside w
struct Descent {
    const double* gram;    // (size, size) rows `step` apart
    idx step, size, n_groups, n_outputs;
    const idx* starts;     // (n_groups + 1,) first coordinate of each group
    const double* values;  // (size,) diagonal of G, which has no other entries within a group
    const double* price;   // (n_groups,) > 0
    double alpha, precision;
    idx most;              // sweeps
    double* w;             // (n_outputs, size) in and out
    double* r;             // (n_outputs, size) in and out
};

// ---- robust PCA ---------------------------------------------------------------------
// Blocks of rows, their columns together; what is computed stands in splitting.hpp.
struct Split {
    int is_single;
    idx n;                   // columns
    const void* M;           // (rows, n)
    const void* L;           // (rows, n) low rank but for b h'
    const void* b;           // (rows,)
    const void* h;           // (n,)
    const uint8_t* observed; // (rows, n) or null for all
    void* Z;                 // (rows, n) in and out
    void* mean;              // (rows, n) in and out
    double ratio, shrink, bound, relaxation, weight;
};

struct Table {
    void (*scan)(const Matrix&, const Scan&, idx first_column, idx last_column);
    void (*products)(const Matrix&, const double* U, idx K, idx width, double* out, idx first_column, idx last_column);
    int (*solve)(const Model&, Support&, Batch&);
    int (*retarget)(const Model&, Support&, double alpha, const idx* members, const double* sign, idx size);
    void (*inner_products)(const Model&, const idx* columns, idx m, const double* U, idx K, double* out);
    void (*combination)(const Model&, const idx* columns, const double* w, idx m, double* out);
    idx (*descend)(const Descent&);
    void (*split)(const Split&, idx n_rows);
    int (*reweigh)(const Model&, Support&, Reweighted&);
    double (*evaluate)(const LossTerm&, const double* eta, double* gradient, double* curvature, double* majorant);
    double (*slack)(const LossTerm&, const double* eta, const double* u);
    double (*find_dual)(const LossTerm&, const double* eta, int removes_ones, int has_units, double* dual,
                        double* curvature);
    double (*rounding_of_gap)(const GapRounding&, const double* eta, const double* u, const double* curvature,
                              double mean, double level);
};

const char* table_name();
[[noreturn]] void out_of_memory();  // throws; kept out of the instruction-set builds

// The kernels as _kernels.pyx calls them, in the build for this processor. Nothing is thrown: the status
// is OUT_OF_MEMORY where memory ran out.
int scan(const Matrix&, const Scan&, idx first_column, idx last_column);
int products(const Matrix&, const double* U, idx K, idx width, double* out, idx first_column, idx last_column);
int solve(const Model&, Support&, Batch&);
int retarget(const Model&, Support&, double alpha, const idx* members, const double* sign, idx size);
int inner_products(const Model&, const idx* columns, idx m, const double* U, idx K, double* out);
int combination(const Model&, const idx* columns, const double* w, idx m, double* out);
int descend(const Descent&, idx* n_sweeps);
int split(const Split&, idx n_rows);
int reweigh(const Model&, Support&, Reweighted&);
int evaluate(const LossTerm&, const double* eta, double* gradient, double* curvature, double* majorant, double* value);
int slack(const LossTerm&, const double* eta, const double* u, double* value);
int find_dual(const LossTerm&, const double* eta, int removes_ones, int has_units, double* dual, double* curvature,
              double* value);
int rounding_of_gap(const GapRounding&, const double* eta, const double* u, const double* curvature, double mean,
                    double level, double* value);

}  // namespace normball
