package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import java.util.List;

/** The pictures of processes. */
final class ProcessPictures {
  static final List<String> NAMES = List.of("areas", "pagetable", "space", "fault");

  private static final int STEPS_OF_A_PICTURE = 50;

  private ProcessPictures() {}

  static Value draw(String picture, Call call, Session session) {
    Machine machine = Booted.machine(session);
    session.spend(STEPS_OF_A_PICTURE);
    if (picture.equals("fault")) {
      call.atMost(1);
      return new Value.Text(FaultPicture.draw(machine, Booted.cpu(session, call)));
    }
    Process process = call.read(1, "a process", Processing::of);
    session.spend(process.mm().mapCount());
    if (picture.equals("pagetable")) {
      call.atMost(3);
      long address = UserAddresses.of(call, session, 2);
      return call.read(
          2, "an address", _ -> new Value.Text(PageTablePicture.draw(process, address)));
    }
    call.atMost(2);
    return new Value.Text(
        picture.equals("areas") ? AreasPicture.draw(process) : SpacePicture.draw(process));
  }
}
