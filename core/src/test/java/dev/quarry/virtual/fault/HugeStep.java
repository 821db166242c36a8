package dev.quarry.virtual.fault;

/** A step of processes with huge pages: numbers that fit whatever there is. */
record HugeStep(Kind kind, int process, int page, int pages, int value) {
  enum Kind {
    MAP,
    UNMAP,
    PROTECT,
    STORE,
    LOAD,
    FORK,
    EXIT,
    MOVE,
    ADVISE,
    COLLAPSE,
    SCAN,
    SPLIT_DEFERRED,
    HOARD
  }
}
