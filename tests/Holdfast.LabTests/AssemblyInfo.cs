// Two cores carry hosts, relays and the programs under test: one class at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
