package dev.quarry.explain.verdict;

import dev.quarry.explain.log.MemoryReport;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a request failed, and what would have let it pass.
 *
 * @param report what the log says
 * @param zones in the order in which the request tried them, then those it did not try
 * @param explained whether the snapshot by itself accounts for the failure: no eligible zone passes
 * @param sentence the verdict in one plain sentence
 * @param causes where the snapshot does not explain it: what may have, with the reasons
 * @param couldNot what the request was not allowed to do: sleep, I/O, file systems, retry
 * @param remedies what was tried on the twin, what helps first
 * @param trail the allocator's own steps as text
 * @param oom for oom reports
 * @param caveats what the log does not say and the twin assumed
 */
public record Explanation(
    MemoryReport report,
    List<ZoneVerdict> zones,
    boolean explained,
    String sentence,
    List<String> causes,
    List<String> couldNot,
    List<Remedy> remedies,
    String trail,
    @Nullable OomStory oom,
    List<String> caveats) {}
