#include "threads.hpp"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>

#ifdef _OPENMP
#include <omp.h>
#endif
#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#define NB_CAN_FORK
#endif

namespace normball {

namespace {

// One job at a time. A ticket is the number of the job and of its next piece; taking a piece is
// one exchange on it, which fails if the job is no longer the one that was read.
constexpr int PIECE_BITS = 24;
constexpr uint64_t PIECE_MASK = (uint64_t(1) << PIECE_BITS) - 1;
constexpr int SPINS = 4000;  // about 40 microseconds before a helper goes to sleep

class Pool {
public:
    void run(int64_t count, Piece piece_, void* context_, int n_threads) {
        if (n_threads <= 1 || count >= int64_t(PIECE_MASK) || !busy.try_lock()) {  // busy: another caller has the helpers
            for (int64_t i = 0; i < count; ++i) piece_(context_, i);
            return;
        }
        std::lock_guard<std::mutex> hold(busy, std::adopt_lock);
        start_helpers(n_threads - 1);
        uint64_t last = ticket.load(std::memory_order_relaxed) >> PIECE_BITS, job = last + 1;
        // close the last job before its fields change: a late helper must not take a piece of it
        ticket.store(last << PIECE_BITS | PIECE_MASK, std::memory_order_seq_cst);
        piece = piece_;
        context = context_;
        size = count;
        n_welcome = n_threads - 1;
        failure = nullptr;
        has_failed.store(false, std::memory_order_relaxed);
        n_done.store(0, std::memory_order_relaxed);
        ticket.store(job << PIECE_BITS, std::memory_order_seq_cst);
        if (n_asleep.load(std::memory_order_seq_cst) > 0) {
            std::lock_guard<std::mutex> lock(sleep);
            awake.notify_all();
        }
        take_pieces(job);
        for (int spin = 0; n_done.load(std::memory_order_acquire) < count; ++spin)
            if (spin > SPINS) std::this_thread::yield();
        if (failure) {
            std::exception_ptr thrown = failure;
            failure = nullptr;
            std::rethrow_exception(thrown);
        }
    }

private:
    std::mutex busy, sleep;
    std::condition_variable awake;
    std::atomic<uint64_t> ticket{0};
    std::atomic<int64_t> n_done{0};
    std::atomic<int> n_asleep{0};
    std::atomic<bool> has_failed{false};
    std::exception_ptr failure;  // the first, read by the caller once all pieces are done
    Piece piece = nullptr;
    void* context = nullptr;
    int64_t size = 0;
    int n_welcome = 0;
    int n_helpers = 0;

    void take_pieces(uint64_t job) {
        for (;;) {
            uint64_t now = ticket.load(std::memory_order_acquire);
            int64_t next = int64_t(now & PIECE_MASK);
            if (now >> PIECE_BITS != job) return;
            Piece piece_ = piece;
            void* context_ = context;
            if (next >= size) return;
            if (!ticket.compare_exchange_weak(now, now + 1, std::memory_order_acq_rel)) continue;
            try {
                piece_(context_, next);
            } catch (const std::exception&) {  // memory ran out: the caller is told, whoever met it
                if (!has_failed.exchange(true)) failure = std::current_exception();
            }
            n_done.fetch_add(1, std::memory_order_release);
        }
    }

    void start_helpers(int wanted) {
        try {
            for (; n_helpers < wanted; ++n_helpers) std::thread(&Pool::help, this, n_helpers).detach();
        } catch (const std::exception&) {
            // no more threads to be had: the caller does what these would have done
        }
    }

    void help(int number) {
        uint64_t seen = 0;
        for (;;) {
            uint64_t job = seen;
            for (int spin = 0; spin < SPINS && job == seen; ++spin) {
                job = ticket.load(std::memory_order_acquire) >> PIECE_BITS;
                pause();
            }
            if (job == seen) {
                std::unique_lock<std::mutex> lock(sleep);
                n_asleep.fetch_add(1, std::memory_order_seq_cst);
                awake.wait(lock, [&] { return ticket.load(std::memory_order_seq_cst) >> PIECE_BITS != seen; });
                n_asleep.fetch_sub(1, std::memory_order_seq_cst);
                continue;
            }
            seen = job;
            if (number < n_welcome) take_pieces(job);
        }
    }

    static void pause() {
#if defined(__x86_64__) || defined(__i386__)
        __builtin_ia32_pause();
#endif
    }
};

std::atomic<Pool*> the_pool{nullptr};

// Threads do not survive a fork, and locks may be held by those that did not: a child begins with a pool
// of its own. What the old one holds is left where it is.
#ifdef NB_CAN_FORK
void forget_pool() { the_pool.store(nullptr); }
const int is_watching = pthread_atfork(nullptr, nullptr, forget_pool);  // from the moment the module is loaded
#endif

// never destroyed: helpers may outlive the end of main
Pool& pool() {
    Pool* found = the_pool.load(std::memory_order_acquire);
    if (found) return *found;
    Pool* made = new Pool;
    if (the_pool.compare_exchange_strong(found, made)) return *made;
    delete made;  // another thread was first; nobody has seen this one
    return *found;
}

}  // namespace

int available_threads() {
#ifdef _OPENMP
    return omp_get_max_threads();
#else
    unsigned found = std::thread::hardware_concurrency();
    return found ? int(found) : 1;
#endif
}

void share_out(int64_t count, Piece piece, void* context) {
    pool().run(count, piece, context, available_threads());
}

}  // namespace normball
