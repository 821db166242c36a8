/**
 * Objects: caches of objects of one size on slabs of pages, and the general caches behind kmalloc.
 * All their structures are bytes in the machine's RAM, but for handles, list heads and the head of
 * a current slab's chain.
 *
 * <p>Terms:
 *
 * <ul>
 *   <li><b>cache</b>: objects of one size and kind; its descriptor is an object of the cache {@code
 *       kmem_cache}.
 *   <li><b>slab</b>: {@code 1 << order} pages cut into objects, with a descriptor on it or, for
 *       large objects, in a general cache.
 *   <li><b>object descriptors</b>: a number for each object; those of free objects are a chain.
 *   <li><b>colour</b>: how far from its begin a slab's objects start; it differs from slab to slab,
 *       so that they do not all fall on the same cache lines.
 *   <li><b>owner</b>: the CPU that uses a slab without a lock. Slabs on a node's lists have none.
 *   <li><b>local, remote chain</b>: what the owner, and what others freed into an owned slab.
 *   <li><b>general caches</b>: those of kmalloc, by size.
 * </ul>
 *
 * <pre>
 *   kmalloc(size)                 kmem_cache_alloc(cache)
 *      │ size ─► general cache         │
 *      ▼                               ▼
 *   SlabCpu, CpuSlabs     the CPU's current slab: take the first of its chain
 *      │ used up: local chain, remote chain, partial slabs, free slabs
 *      ▼
 *   NodeSlabs             full, partial, free slabs that nobody owns; a lock
 *      │ none
 *      ▼
 *   SlabGrower            pages, descriptor, chain, constructors ─► PageAllocator
 *
 *   kfree(address) ─► frame ─► slab descriptor ─► index ─► local or remote chain, or the node's
 * </pre>
 *
 * <p>Equation, for each slab: {@code in use + in arrays + free + local + remote == num}. {@link
 * dev.quarry.slab.SlabInvariants} checks it, and all others.
 *
 * <p>Lock order: a node's lock is the last; nothing is called under it. A slab that is on some
 * CPU's stack of slabs to collect from is never destroyed.
 *
 * <p>Read in this order: SlabGeometry, Slab, Bufctl, CurrentSlab, CpuSlabs, NodeSlabs, SlabGrower,
 * SlabCpu, KmemCache, ArrayCaches, ObjectChecks. Read next: {@code dev.quarry.virtual}.
 */
package dev.quarry.slab;
