package io.github.gmem4j.policy.pkvm.kvm;

import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.vm.GpaRange;

/**
 * The mark on each page that was taken from the guest before it could become private. It stands
 * with the page and not with a vCPU, so that whichever vCPU touches the page is stopped.
 *
 * @param range the whole request that the page belongs to
 */
record TakenBack(GpaRange range) implements Pending {}
