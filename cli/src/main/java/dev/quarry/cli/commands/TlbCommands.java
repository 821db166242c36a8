package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.SimpleCommand;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.virtual.tlb.TlbModel;
import dev.quarry.virtual.tlb.Tlbs;
import java.util.Objects;

/** Gives the CPUs TLBs, or takes them away. */
final class TlbCommands {
  private TlbCommands() {}

  static void addTo(Registry registry) {
    registry.add(
        SimpleCommand.of(
            "kernel addresses",
            "tlb GEOMETRY",
            "gives each CPU a TLB: usual, mips, 64/4+1536/12 (entries/ways by level), or off",
            "tlb 64/4\na = vzalloc 8K\nload a\ndraw tlb",
            TlbCommands::tlb));
  }

  private static Value tlb(Call call, Session session) {
    call.atMost(1);
    Machine machine = Booted.machine(session);
    String word = call.word(0, "a geometry: usual, mips, 64/4+1536/12 or off");
    if (word.equals("off")) {
      machine.tlbs(null);
      return new Value.Text("no TLB is modelled");
    }
    machine.tlbs(call.read(0, "a geometry", _ -> TlbModel.parse(word)));
    Tlbs tlbs = Objects.requireNonNull(machine.tlbs());
    return new Value.Text(
        Counted.of(tlbs.cpus(), "CPU") + ", each with TLB " + tlbs.model().text());
  }
}
