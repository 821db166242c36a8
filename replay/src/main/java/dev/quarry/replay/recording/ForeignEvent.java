package dev.quarry.replay.recording;

/**
 * An event as another program wrote it, before anybody asked whether a machine can have it. Its
 * reader fills it anew for each line.
 */
public final class ForeignEvent {
  PageEventKind kind = PageEventKind.ALLOC;
  long timeMicros;
  long cpu;
  long tid;
  String comm = "";
  long pfn;
  long order;
  long migrateType;
  String gfp = "";
  long fallbackOrder;
  long fallbackType;
  long flag;

  /** An event of no consequence. */
  public ForeignEvent() {}

  /** Begins an event: when, where, and who; {@code comm} is empty where it is not known. */
  public void begin(PageEventKind newKind, long micros, long newCpu, long newTid, String newComm) {
    kind = newKind;
    timeMicros = micros;
    cpu = newCpu;
    tid = newTid;
    comm = newComm;
    pfn = PageEvent.NO_PFN;
    order = 0;
    migrateType = 0;
    gfp = "";
    fallbackOrder = 0;
    fallbackType = 0;
    flag = 0;
  }

  /** What happened. */
  public PageEventKind kind() {
    return kind;
  }

  /** Sets the first frame. */
  public void pfn(long newPfn) {
    pfn = newPfn;
  }

  /** Says that the request failed: there is no frame. */
  public void failed() {
    kind = PageEventKind.ALLOC_FAILED;
    pfn = PageEvent.NO_PFN;
  }

  /** Sets order and migrate type, those that were asked for. */
  public void asked(long newOrder, long newMigrateType) {
    order = newOrder;
    migrateType = newMigrateType;
  }

  /** Sets the order and migrate type of the block that was found. */
  public void found(long newOrder, long newMigrateType) {
    fallbackOrder = newOrder;
    fallbackType = newMigrateType;
  }

  /** Sets the flags, in the kernel's words or as its mask. */
  public void gfp(String flags) {
    gfp = flags;
  }

  /** Sets percpu_refill or change_ownership. */
  public void flag(long newFlag) {
    flag = newFlag;
  }
}
