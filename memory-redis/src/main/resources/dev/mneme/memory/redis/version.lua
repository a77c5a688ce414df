-- Gives a bucket a version if it has none, counted from the server's clock so that it goes on where a lost one was.
--
-- KEYS  1 version of the bucket
-- ARGV  1 random
if redis.call('EXISTS', KEYS[1]) == 0 then
  local time = redis.call('TIME')
  redis.call('SET', KEYS[1],
    string.format('%d:', time[1] * 1000 + math.floor(time[2] / 1000)) .. string.sub(redis.sha1hex(ARGV[1]), 1, 20))
end
return redis.status_reply('OK')
