package dev.quarry.virtual.fault;

/** A step of processes: numbers that fit whatever there is. */
record Step(Kind kind, int process, int page, int pages, int value) {
  enum Kind {
    MAP,
    MAP_SHARED,
    MAP_FILE,
    UNMAP,
    PROTECT,
    STORE,
    LOAD,
    FORK,
    EXIT,
    MOVE,
    DROP,
    READ_OTHER
  }
}
