// Chooses the widest instruction set that this processor has, once.
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

const Table* best_table() { return choice().table; }
const char* table_name() { return choice().name; }
void out_of_memory() { throw std::bad_alloc(); }

}  // namespace normball
