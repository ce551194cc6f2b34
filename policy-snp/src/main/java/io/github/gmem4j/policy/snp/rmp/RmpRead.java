package io.github.gmem4j.policy.snp.rmp;

/**
 * What RMPREAD finds.
 *
 * @param entry the entry
 * @param regionHasAssigned whether any page of the 2 MiB region is assigned
 */
public record RmpRead(RmpEntry entry, boolean regionHasAssigned) {}
