/**
 * Objects: caches of objects of one size on slabs of pages, and the general caches behind kmalloc.
 */
package dev.quarry.slab;
