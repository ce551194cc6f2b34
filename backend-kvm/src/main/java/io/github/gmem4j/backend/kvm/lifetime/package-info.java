/**
 * Who closes what, and when: descriptors and mappings that several threads use while one closes
 * them. Internal.
 */
package io.github.gmem4j.backend.kvm.lifetime;
