package dev.quarry.kernel;

import dev.quarry.machine.Cpu;
import dev.quarry.reclaim.oom.OomTask;
import dev.quarry.reclaim.oom.OomTasks;
import java.util.List;

/** The processes as the OOM killer sees them, and the end of those whom it chose. */
final class Victims implements OomTasks {
  private final Processes processes;
  private volatile boolean any;

  Victims(Processes processes) {
    this.processes = processes;
  }

  @Override
  public List<OomTask> all() {
    return processes.all().stream().map(p -> new OomTask(p.pid(), p.mm())).toList();
  }

  @Override
  public void killed() {
    any = true;
  }

  int exitAll(Cpu cpu) {
    if (!any) {
      return 0;
    }
    any = false;
    int ended = 0;
    for (Process process : processes.all()) {
      if (process.mm().task().isVictim()) {
        processes.exit(cpu, process);
        ended++;
      }
    }
    return ended;
  }
}
