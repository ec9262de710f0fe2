using System.Runtime.InteropServices;
using MaskApi.TestPictures;
using MaskApi.Vision.Classification;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Geometry;
using MaskApi.Vision.Imaging;
using MaskApi.Vision.Imaging.Formats;

namespace MaskApi.Vision.Tests.Imaging;

/// <summary>Runs alone, because the amount of outstanding memory is per process.</summary>
[Collection(nameof(ProcessWideMemory))]
public sealed class PixelMemoryTests
{
    [Fact]
    public void The_decoder_returns_its_memory_on_success_and_failure()
    {
        var file = Orientations.WithOrientation(TestPictures.Read("astronaut.jpg"), ImageFormat.Jpeg, ExifOrientation.RightTop);
        var before = PixelMemory.OutstandingBytes;
        using (var picture = TestPictures.Decode(file))
        {
            Assert.Equal(before + (512 * 512 * 4), PixelMemory.OutstandingBytes);
            FaceCropper.Crop(picture, new PixelBox(10, 10, 100, 100)).Dispose();
        }

        Assert.Equal(before, PixelMemory.OutstandingBytes);
        Assert.Throws<ImageRejectedException>(() => TestPictures.Decode(file[..^2000]));
        Assert.Throws<ImageRejectedException>(() => TestPictures.Decode(file[..300]));
        Assert.Equal(before, PixelMemory.OutstandingBytes);
    }

    [Fact]
    public void Memory_kept_for_reuse_is_bounded()
    {
        var blocks = new List<Raster>();
        for (var i = 0; i < 12; i++)
        {
            blocks.Add(new Raster(2000, 1000));
        }

        blocks.ForEach(raster => raster.Dispose());
        Assert.InRange(PixelMemory.RetainedBytes, 1, PixelMemory.RetainedLimit);
        new Raster(7000, 7000).Dispose();
        Assert.InRange(PixelMemory.RetainedBytes, 1, PixelMemory.RetainedLimit);
    }

    [Fact]
    public void Unused_sizes_are_freed()
    {
        PixelMemory.Trim();
        PixelMemory.Trim();
        Assert.Equal(0, PixelMemory.RetainedBytes);
        new Raster(512, 512).Dispose();
        new Raster(256, 256).Dispose();
        PixelMemory.Trim();
        Assert.Equal((512 * 512 * 4) + (256 * 256 * 4), PixelMemory.RetainedBytes);
        new Raster(512, 512).Dispose();
        PixelMemory.Trim();
        Assert.Equal(512 * 512 * 4, PixelMemory.RetainedBytes);
        PixelMemory.Trim();
        Assert.Equal(0, PixelMemory.RetainedBytes);
    }

    [Fact]
    public void A_large_pictures_memory_is_freed_later()
    {
        using var pipeline = FacePipeline.Load(new VisionOptions());
        pipeline.TrimMemory();
        pipeline.TrimMemory();
        var before = InUse();
        using (var picture = TestPictures.NoiseRaster(4500, 3000))
        {
            pipeline.Analyze(picture, new AnalysisOptions { Detail = DetectionDetail.High }, CancellationToken.None);
        }

        var grown = InUse() - before;
        pipeline.TrimMemory();
        pipeline.TrimMemory();
        var left = InUse() - before;
        Assert.True(grown > 60e6, $"only {grown / 1e6} MB more, too little for this test");
        Assert.True(left < grown / 4, $"{left / 1e6} MB of {grown / 1e6} MB are left");
    }

    [Fact]
    public void Lists_for_many_candidates_are_freed_later()
    {
        using var pipeline = FacePipeline.Load(new VisionOptions());
        pipeline.WarmUp();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using (var picture = TestPictures.NoiseRaster(4500, 3000))
        {
            pipeline.Analyze(picture, new AnalysisOptions { Detail = DetectionDetail.High }, CancellationToken.None);
        }

        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        pipeline.TrimMemory();
        var left = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(grown > 1e6, $"only {grown / 1e6} MB more, too little for this test");
        Assert.True(left < grown / 4, $"{left / 1e6} MB of {grown / 1e6} MB are left");
    }

    // Memory that was freed but that the runtime or the C library still holds is not in use. The service returns it to the
    // system, too.
    private static long InUse()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        if (OperatingSystem.IsLinux())
        {
            _ = malloc_trim(0);
        }

        return Environment.WorkingSet;
    }

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int malloc_trim(nuint keepAtEnd);

    [Fact]
    public void A_disposed_raster_cannot_be_read()
    {
        var raster = new Raster(32, 32);
        raster.Dispose();
        raster.Dispose();
        Assert.Throws<ObjectDisposedException>(() => raster.Pixels[0]);
    }

    [Fact]
    public void Memory_that_cannot_be_had_is_not_counted()
    {
        var before = PixelMemory.OutstandingBytes;
        Assert.Throws<OutOfMemoryException>(() => PixelMemory.Rent(1L << 60, out _));
        Assert.Equal(before, PixelMemory.OutstandingBytes);
        Assert.False(PixelMemory.CanRent(1L << 60));
        Assert.True(PixelMemory.CanRent(1 << 20));
    }
}

[CollectionDefinition(nameof(ProcessWideMemory), DisableParallelization = true)]
public sealed class ProcessWideMemory;
