-- KEYS  1 a key that is neither read nor written, for the way to a server
-- ARGV  1 channel, 2 message
-- gives how many clients of this server heard it
return redis.call('PUBLISH', ARGV[1], ARGV[2])
