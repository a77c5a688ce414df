/** For those who keep leases and sessions in a server: what it must do atomically, and nothing else. */
@NullMarked
package dev.mneme.memory.coordination.spi;

import org.jspecify.annotations.NullMarked;
