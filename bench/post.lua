-- For wrk: posts the file named by PICTURE and counts failures.
local file = assert(io.open(os.getenv("PICTURE"), "rb"))
wrk.method = "POST"
wrk.body = file:read("*a")
wrk.headers["Content-Type"] = "image/jpeg"
file:close()

function done(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d %.1f %.1f %.1f %d\n",
    summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99), latency.mean,
    e.connect + e.read + e.write + e.status + e.timeout))
end
