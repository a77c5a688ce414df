-- KEYS  1 a group's dead letters
-- ARGV  1 after which id, 2 how many at most
-- gives them, oldest first
return redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ARGV[2])
