using MaskApi.Annotations;
using MaskApi.Hosting.Options;
using Microsoft.Extensions.Time.Testing;

namespace MaskApi.Tests.Annotations;

public sealed class MemoryAnnotationStoreTests
{
    private const int Overhead = 512;
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_record_is_found_until_it_expires()
    {
        var store = new MemoryAnnotationStore(new AnnotationOptions { TimeToLive = TimeSpan.FromMinutes(10) }, _time);
        Assert.True(await store.TryPutAsync("a", new byte[] { 1, 2, 3 }, _token));

        _time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1));
        Assert.Equal([1, 2, 3], (await store.GetAsync("a", _token))!.Value.ToArray());

        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Null(await store.GetAsync("a", _token));
        Assert.Equal(0, store.Bytes);
    }

    [Fact]
    public async Task The_oldest_go_when_newer_ones_need_their_room()
    {
        var store = new MemoryAnnotationStore(new AnnotationOptions { MemoryBytes = 3 * (100 + Overhead) }, _time);
        foreach (var id in new[] { "a", "b", "c", "d" })
        {
            Assert.True(await store.TryPutAsync(id, new byte[100], _token));
        }

        Assert.Null(await store.GetAsync("a", _token));
        Assert.NotNull(await store.GetAsync("b", _token));
        Assert.NotNull(await store.GetAsync("d", _token));

        Assert.True(await store.TryPutAsync("e", new byte[100 + Overhead + 100], _token));
        Assert.Null(await store.GetAsync("c", _token));
        Assert.NotNull(await store.GetAsync("d", _token));
        Assert.NotNull(await store.GetAsync("e", _token));
    }

    [Fact]
    public async Task A_record_larger_than_the_store_is_not_kept_and_pushes_nothing_out()
    {
        var store = new MemoryAnnotationStore(new AnnotationOptions { MemoryBytes = 1000 }, _time);
        Assert.True(await store.TryPutAsync("a", new byte[100], _token));
        Assert.False(await store.TryPutAsync("b", new byte[1000], _token));
        Assert.NotNull(await store.GetAsync("a", _token));
    }

    [Fact]
    public async Task Expired_records_make_room_before_anything_else()
    {
        var store = new MemoryAnnotationStore(new AnnotationOptions { TimeToLive = TimeSpan.FromMinutes(1) }, _time);
        await store.TryPutAsync("a", new byte[100], _token);
        _time.Advance(TimeSpan.FromMinutes(2));
        await store.TryPutAsync("b", new byte[100], _token);
        Assert.Equal(100 + Overhead, store.Bytes);
    }

    [Fact]
    public async Task The_bound_holds_under_parallel_use()
    {
        var store = new MemoryAnnotationStore(new AnnotationOptions { MemoryBytes = 100_000 }, _time);
        await Parallel.ForAsync(0, 2000, _token, async (i, token) =>
        {
            Assert.True(await store.TryPutAsync($"{i}", new byte[i % 1000], token));
            await store.GetAsync($"{i / 2}", token);
            Assert.InRange(store.Bytes, 0, 100_000);
        });
    }
}
