package dev.quarry.physical;

import java.util.List;

/**
 * How {@code gfp_t} changed from Linux 2.6.18 to 6.19: what each release says otherwise than the
 * one before. Bits from include/linux/gfp.h (gfp_types.h since 6.1), the order of printing from
 * {@code __def_gfpflag_names} (include/trace/events/mmflags.h).
 *
 * <pre>
 *   since R       the lines below hold from release R on
 *   bits X=3      __GFP_X is, or moves to, bit 3
 *   gone X        a name that R no longer has
 *   NAME = ...    a composite: names of bits and composites added up, -X taken away; with ?X, a
 *                 kernel built so that it has X has it in the composite as well
 *   order ...     in which %pGg tries names, those that there are; * stands for all bits upwards
 * </pre>
 *
 * <p>Up to 4.5 kernels print the number alone; the order there is that of 4.6. A bit that the order
 * leaves out is printed as a number ({@code __GFP_NOLOCKDEP} up to 6.14).
 *
 * <p>What depends on how a kernel was built: bits of KASAN and lockdep are in the table as long as
 * their place is the same in all kernels. Since 6.9 each option that is off moves the ones behind
 * it down; from there on the table is that of distributions: no KASAN_HW_TAGS, no LOCKDEP, but
 * SLAB_OBJ_EXT.
 */
final class GfpHistory {
  private static final String TABLE =
      """
      since 2.6.18
      bits DMA=0 HIGHMEM=1 DMA32=2 WAIT=4 HIGH=5 IO=6 FS=7
      bits COLD=8 NOWARN=9 REPEAT=10 NOFAIL=11 NORETRY=12 NO_GROW=13
      bits COMP=14 ZERO=15 NOMEMALLOC=16 HARDWALL=17
      GFP_ATOMIC = HIGH
      GFP_NOWAIT = GFP_ATOMIC -HIGH
      GFP_NOIO = WAIT
      GFP_NOFS = WAIT IO
      GFP_KERNEL = WAIT IO FS
      GFP_USER = GFP_KERNEL HARDWALL
      GFP_HIGHUSER = GFP_USER HIGHMEM
      GFP_DMA = DMA
      GFP_DMA32 = DMA32
      order GFP_TRANSHUGE GFP_TRANSHUGE_LIGHT GFP_HIGHUSER_MOVABLE GFP_HIGHUSER GFP_USER
      order GFP_TEMPORARY GFP_KERNEL_ACCOUNT GFP_KERNEL GFP_NOFS GFP_ATOMIC GFP_NOIO GFP_NOWAIT
      order GFP_DMA __GFP_HIGHMEM GFP_DMA32 __GFP_HIGH __GFP_ATOMIC __GFP_WAIT __GFP_IO __GFP_FS
      order __GFP_COLD __GFP_NOWARN __GFP_REPEAT __GFP_RETRY_MAYFAIL __GFP_NOFAIL __GFP_NORETRY
      order __GFP_NO_GROW __GFP_COMP __GFP_ZERO __GFP_NOMEMALLOC __GFP_MEMALLOC __GFP_HARDWALL
      order __GFP_THISNODE __GFP_RECLAIMABLE __GFP_MOVABLE __GFP_KMEMCG __GFP_NOACCOUNT
      order __GFP_ACCOUNT __GFP_NOTRACK __GFP_WRITE __GFP_NO_KSWAPD __GFP_RECLAIM
      order __GFP_DIRECT_RECLAIM __GFP_KSWAPD_RECLAIM __GFP_OTHER_NODE __GFP_ZEROTAGS
      order __GFP_SKIP_ZERO __GFP_SKIP_KASAN_POISON __GFP_SKIP_KASAN_UNPOISON __GFP_SKIP_KASAN

      since 2.6.19
      bits THISNODE=18
      GFP_THISNODE = THISNODE NOWARN NORETRY

      since 2.6.22
      gone NO_GROW

      since 2.6.23
      bits MOVABLE=19
      GFP_HIGHUSER_MOVABLE = GFP_HIGHUSER MOVABLE
      GFP_NOFS_PAGECACHE = GFP_NOFS MOVABLE
      GFP_USER_PAGECACHE = GFP_USER MOVABLE
      GFP_HIGHUSER_PAGECACHE = GFP_HIGHUSER MOVABLE

      since 2.6.24
      bits RECLAIMABLE=19 MOVABLE=20
      GFP_TEMPORARY = GFP_KERNEL RECLAIMABLE

      since 2.6.29
      gone GFP_NOFS_PAGECACHE GFP_USER_PAGECACHE GFP_HIGHUSER_PAGECACHE

      since 2.6.31
      bits MOVABLE=3 NOTRACK=21
      __GFP_NOTRACK_FALSE_POSITIVE = NOTRACK

      since 2.6.34
      GFP_IOFS = IO FS

      since 2.6.38
      bits NO_KSWAPD=22
      GFP_TRANSHUGE = GFP_HIGHUSER_MOVABLE COMP NOMEMALLOC NORETRY NOWARN NO_KSWAPD

      since 2.6.39
      bits OTHER_NODE=23

      since 3.3
      bits WRITE=24

      since 3.6
      bits MEMALLOC=13

      since 3.8
      bits KMEMCG=20

      since 3.16
      gone KMEMCG

      since 4.1
      bits NOACCOUNT=20
      gone GFP_THISNODE

      since 4.4
      gone WAIT NO_KSWAPD GFP_IOFS
      bits RECLAIMABLE=4 ATOMIC=19 DIRECT_RECLAIM=22 KSWAPD_RECLAIM=25
      __GFP_RECLAIM = DIRECT_RECLAIM KSWAPD_RECLAIM
      GFP_ATOMIC = HIGH ATOMIC KSWAPD_RECLAIM
      GFP_NOWAIT = KSWAPD_RECLAIM
      GFP_NOIO = __GFP_RECLAIM
      GFP_NOFS = __GFP_RECLAIM IO
      GFP_KERNEL = __GFP_RECLAIM IO FS
      GFP_TRANSHUGE = GFP_HIGHUSER_MOVABLE COMP NOMEMALLOC NORETRY NOWARN -KSWAPD_RECLAIM

      since 4.5
      gone NOACCOUNT
      bits ACCOUNT=20
      GFP_KERNEL_ACCOUNT = GFP_KERNEL ACCOUNT

      since 4.6
      GFP_TRANSHUGE = GFP_HIGHUSER_MOVABLE COMP NOMEMALLOC NORETRY NOWARN -__GFP_RECLAIM

      since 4.8
      GFP_TRANSHUGE_LIGHT = GFP_HIGHUSER_MOVABLE COMP NOMEMALLOC NOWARN -__GFP_RECLAIM
      GFP_TRANSHUGE = GFP_TRANSHUGE_LIGHT DIRECT_RECLAIM

      since 4.10
      gone OTHER_NODE
      bits WRITE=23 KSWAPD_RECLAIM=24

      since 4.12
      bits NOLOCKDEP=25

      since 4.13
      gone REPEAT
      bits RETRY_MAYFAIL=10

      since 4.14
      gone GFP_TEMPORARY

      since 4.15
      gone COLD NOTRACK __GFP_NOTRACK_FALSE_POSITIVE

      since 4.18
      bits WRITE=8 DIRECT_RECLAIM=21 KSWAPD_RECLAIM=22 NOLOCKDEP=23

      since 5.1
      bits ZERO=8 ATOMIC=9 DIRECT_RECLAIM=10 KSWAPD_RECLAIM=11 WRITE=12 NOWARN=13
      bits RETRY_MAYFAIL=14 NOFAIL=15 NORETRY=16 MEMALLOC=17 COMP=18 NOMEMALLOC=19
      bits HARDWALL=20 THISNODE=21 ACCOUNT=22 NOLOCKDEP=23

      since 5.14
      bits ZEROTAGS=23 SKIP_KASAN_POISON=24 NOLOCKDEP=25
      GFP_HIGHUSER_MOVABLE = GFP_HIGHUSER MOVABLE SKIP_KASAN_POISON

      since 5.18
      bits SKIP_ZERO=24 SKIP_KASAN_UNPOISON=25 SKIP_KASAN_POISON=26 NOLOCKDEP=27
      GFP_HIGHUSER_MOVABLE = GFP_HIGHUSER MOVABLE ?SKIP_KASAN_POISON

      since 6.0
      GFP_HIGHUSER_MOVABLE = GFP_HIGHUSER MOVABLE ?SKIP_KASAN_POISON ?SKIP_KASAN_UNPOISON

      since 6.3
      gone ATOMIC
      GFP_ATOMIC = HIGH KSWAPD_RECLAIM

      since 6.4
      gone SKIP_KASAN_POISON SKIP_KASAN_UNPOISON
      bits SKIP_KASAN=25 NOLOCKDEP=26
      GFP_HIGHUSER_MOVABLE = GFP_HIGHUSER MOVABLE ?SKIP_KASAN

      since 6.8
      GFP_NOWAIT = KSWAPD_RECLAIM NOWARN

      since 6.9
      gone SKIP_ZERO SKIP_KASAN NOLOCKDEP
      __GFP_SKIP_ZERO =
      __GFP_SKIP_KASAN =
      __GFP_NOLOCKDEP =

      since 6.10
      bits NO_OBJ_EXT=24

      since 6.15
      order GFP_TRANSHUGE GFP_TRANSHUGE_LIGHT GFP_HIGHUSER_MOVABLE GFP_HIGHUSER GFP_USER
      order GFP_KERNEL_ACCOUNT GFP_KERNEL GFP_NOFS GFP_ATOMIC GFP_NOIO GFP_NOWAIT
      order GFP_DMA GFP_DMA32 __GFP_RECLAIM *
      """;

  /** All eras, the oldest first. */
  static final List<GfpEra> ERAS = new GfpHistoryReader().read(TABLE);

  private GfpHistory() {}
}
