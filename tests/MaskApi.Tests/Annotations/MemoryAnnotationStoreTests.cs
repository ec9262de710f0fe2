using MaskApi.Admission;
using MaskApi.Annotations;
using MaskApi.Problems;
using MaskApi.Uploads;
using Microsoft.Extensions.Time.Testing;

namespace MaskApi.Tests.Annotations;

public sealed class MemoryAnnotationStoreTests
{
    /// <summary>Overhead of a record without faces, in bytes.</summary>
    private const int Header = 9;

    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly FakeTimeProvider _time = new();
    private readonly UploadBudget _budget = new(new AdmissionOptions { MaxBytesInFlight = 1024 * 1024 });

    [Fact]
    public async Task Expired_records_are_wiped_from_memory_without_any_call()
    {
        using var store = Create(64 * 1024, timeToLive: TimeSpan.FromMinutes(10));
        await PutAsync(store, "a", [.. "a picture of people"u8]);
        Assert.True(store.Ring.IndexOf("a picture of people"u8) >= 0);
        _time.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(0, store.Count);
        Assert.Equal(-1, store.Ring.IndexOf("a picture of people"u8));
    }

    [Fact]
    public async Task A_record_is_found_until_it_expires()
    {
        using var store = Create(64 * 1024, timeToLive: TimeSpan.FromMinutes(10));
        Assert.True(await PutAsync(store, "a", [1, 2, 3]));

        _time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1));
        Assert.Equal([1, 2, 3], await GetAsync(store, "a"));

        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Null(await GetAsync(store, "a"));
        Assert.Equal(0, store.Count);
    }

    [Fact]
    public async Task The_oldest_records_make_room_for_new_ones()
    {
        using var store = Create(3 * 1024);
        foreach (var id in new[] { "a", "b", "c", "d" })
        {
            Assert.True(await PutAsync(store, id, new byte[100]));
        }

        Assert.Null(await GetAsync(store, "a"));
        Assert.NotNull(await GetAsync(store, "b"));
        Assert.NotNull(await GetAsync(store, "d"));

        // Needs the space of two.
        Assert.True(await PutAsync(store, "e", new byte[1500]));
        Assert.Null(await GetAsync(store, "b"));
        Assert.Null(await GetAsync(store, "c"));
        Assert.NotNull(await GetAsync(store, "d"));
        Assert.NotNull(await GetAsync(store, "e"));
    }

    [Fact]
    public async Task A_record_that_does_not_fit_before_the_end_wraps_around()
    {
        using var store = Create(3 * 1024);
        await PutAsync(store, "a", new byte[100]);
        await PutAsync(store, "b", new byte[100]);
        Assert.True(await PutAsync(store, "c", [.. Enumerable.Repeat((byte)7, 2000)]));
        Assert.Null(await GetAsync(store, "a"));
        Assert.Null(await GetAsync(store, "b"));
        Assert.Equal(Enumerable.Repeat((byte)7, 2000), await GetAsync(store, "c"));
    }

    [Fact]
    public async Task A_record_larger_than_the_store_is_not_kept_and_evicts_nothing()
    {
        using var store = Create(1000);
        Assert.True(await PutAsync(store, "a", new byte[100]));
        Assert.False(await PutAsync(store, "b", new byte[1000 - Header + 1]));
        Assert.NotNull(await GetAsync(store, "a"));
        Assert.True(await PutAsync(store, "c", new byte[1000 - Header]));
        Assert.NotNull(await GetAsync(store, "c"));
    }

    [Fact]
    public async Task Expired_records_are_evicted_first()
    {
        using var store = Create(64 * 1024, timeToLive: TimeSpan.FromMinutes(1));
        await PutAsync(store, "a", new byte[100]);
        _time.Advance(TimeSpan.FromMinutes(2));
        await PutAsync(store, "b", new byte[100]);
        Assert.Equal(1, store.Count);
    }

    [Fact]
    public async Task A_record_that_is_read_counts_against_the_budget_until_it_is_disposed()
    {
        using var store = Create(2 * 1024 * 1024);
        await PutAsync(store, "a", new byte[600 * 1024]);
        using (var first = await store.GetAsync("a", _token))
        {
            Assert.InRange(_budget.InFlight, 600 * 1024, 604 * 1024);
            var problem = await Assert.ThrowsAsync<ProblemException>(async () => await store.GetAsync("a", _token));
            Assert.Equal(ProblemKinds.Overloaded, problem.Kind);
        }

        Assert.Equal(0, _budget.InFlight);
        Assert.NotNull(await GetAsync(store, "a"));
    }

    /// <summary>Compares the store with a plain list: whatever the sizes, it returns the last records stored.</summary>
    [Fact]
    public async Task Records_are_whole_or_gone_and_only_the_oldest_are_evicted()
    {
        const int Capacity = 40_000;
        var random = new Random(1);
        using var store = Create(Capacity);
        var pictures = new List<byte[]>();
        for (var i = 0; i < 3000; i++)
        {
            var picture = new byte[random.Next(random.Next(5) == 0 ? 30_000 : 3000)];
            random.NextBytes(picture);
            pictures.Add(picture);
            Assert.True(await PutAsync(store, $"{i}", picture));

            var kept = 0;
            while (kept <= i && await GetAsync(store, $"{i - kept}") is { } found)
            {
                Assert.Equal(pictures[i - kept], found);
                kept++;
            }

            // Nothing older than the first missing record remains, and no more space is wasted than one lap's end and the rounding.
            Assert.Equal(kept, store.Count);
            Assert.True(kept > 0);
            var next = kept <= i ? Slot(pictures[i - kept]) : 0;
            var live = Enumerable.Range(i - kept + 1, kept).Sum(j => Slot(pictures[j]));
            Assert.True(kept == i + 1 || live + next > Capacity - 31_000, $"only {live} bytes are kept");
        }

        static int Slot(byte[] picture) => (picture.Length + Header + 1023) / 1024 * 1024;
    }

    [Fact]
    public async Task Parallel_use_does_not_mix_up_records()
    {
        using var store = Create(100_000);
        await Parallel.ForAsync(0, 2000, _token, async (i, token) =>
        {
            Assert.True(await PutAsync(store, $"{i}", [.. Enumerable.Repeat((byte)i, i % 3000)]));
            if (await GetAsync(store, $"{i / 2}") is { } found)
            {
                Assert.Equal(i / 2 % 3000, found.Length);
                Assert.All(found, value => Assert.Equal((byte)(i / 2), value));
            }
        });
        Assert.Equal(0, _budget.InFlight);
    }

    private MemoryAnnotationStore Create(long bytes, TimeSpan? timeToLive = null) => new(
        new AnnotationOptions { MemoryBytes = bytes, TimeToLive = timeToLive ?? TimeSpan.FromMinutes(10) }, _budget, _time);

    private static ValueTask<bool> PutAsync(MemoryAnnotationStore store, string id, byte[] picture) =>
        store.TryPutAsync(id, new AnnotationRecord(picture, [], 0.6f), _token);

    private static async ValueTask<byte[]?> GetAsync(MemoryAnnotationStore store, string id)
    {
        using var found = await store.GetAsync(id, _token);
        return found is null ? null : AnnotationRecord.Parse(found.Memory)!.Picture.ToArray();
    }
}
