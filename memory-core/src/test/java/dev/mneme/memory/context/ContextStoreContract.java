package dev.mneme.memory.context;

/**
 * What every {@link ContextStore} promises, as cases. A store proves itself by a subclass that says how it is {@linkplain
 * #openStore opened}; one that outlives its process also says how it is {@linkplain #reopen opened again}. It runs the cases
 * under each profile, by a subclass that says another {@linkplain #profile profile}.
 */
public abstract class ContextStoreContract extends StatsCases {}
