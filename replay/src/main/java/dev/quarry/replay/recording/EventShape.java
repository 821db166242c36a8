package dev.quarry.replay.recording;

/** All of an event but its time and its frame. A field that the kind does not have is 0. */
final class EventShape {
  PageEventKind kind = PageEventKind.ALLOC;
  int cpu;
  int tid;
  int gfp;
  String gfpNames = "";

  // As they stand in the file, where they may be too large for what they mean.
  long order;
  long migrateType;
  long gfpIndex;
  long fallbackOrder;
  long fallbackType;
  long flag;

  EventShape() {}

  /** Forgets the fields that not every kind has. */
  void clear() {
    order = 0;
    migrateType = 0;
    gfpIndex = 0;
    fallbackOrder = 0;
    fallbackType = 0;
    flag = 0;
    gfp = 0;
    gfpNames = "";
  }
}
