using System.Net;
using System.Text;
using MaskApi.Admission;
using MaskApi.Annotations;
using MaskApi.Problems;
using MaskApi.Uploads;
using Microsoft.Extensions.DependencyInjection;

namespace MaskApi.Tests.Uploads;

public sealed class UploadBudgetTests
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;

    /// <summary>84 of 100 MB. Each picture was once charged the whole 16 MiB block that it had grown into.</summary>
    [Fact]
    public async Task A_batch_within_the_limits_is_never_refused_on_an_idle_service()
    {
        await using var service = await Service.StartAsync(("MaskApi:Admission:QueueTimeout", "00:02:00"));
        using var client = service.CreateClient();
        using var form = new MultipartFormDataContent();
        var picture = new byte[5_250_000];
        Pictures.Astronaut.CopyTo(picture, 0);
        for (var i = 0; i < 16; i++)
        {
            form.Add(Http.Raw(picture), "images", $"{i}.jpg");
        }

        using var response = await client.PostAsync("/v1/detections/batch?detail=fast", form, _token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.All(
            (await response.JsonAsync()).GetProperty("results").EnumerateArray(),
            static result => Assert.Equal(200, result.GetProperty("status").GetInt32()));
        Assert.Equal(0, service.Services.GetRequiredService<UploadBudget>().InFlight);
    }

    [Theory]
    [InlineData(1, null)]
    [InlineData(70_000, null)]
    [InlineData(1_100_000, null)]
    [InlineData(1_100_000, 1_100_000)]
    public async Task A_picture_is_charged_its_size(int length, int? announced)
    {
        var budget = new UploadBudget(new AdmissionOptions());
        var content = new byte[length];
        new Random(1).NextBytes(content);
        using (var picture = new PictureBuffer(budget, 2_000_000, static () => new ProblemException(ProblemKinds.ImageTooLarge, "")))
        {
            await picture.FillAsync(new MemoryStream(content), announced, _token);
            Assert.Equal(content, picture.Bytes.ToArray());
            Assert.Equal(length, budget.InFlight);
        }

        Assert.Equal(0, budget.InFlight);
    }

    /// <summary>Unescaping needs memory from the same budget.</summary>
    [Fact]
    public async Task Memory_for_unescaping_json_is_charged_too()
    {
        var json = "{\"image\": \"" + new string('A', 600_000) + "\\/\\/\\/\\/\"}";
        var limit = 1_000_000;
        var budget = new UploadBudget(new AdmissionOptions { MaxBytesInFlight = 1024 * 1024 });
        using var body = new PictureBuffer(budget, limit, static () => new ProblemException(ProblemKinds.ImageTooLarge, ""));
        await body.FillAsync(new MemoryStream(Encoding.ASCII.GetBytes(json)), json.Length, _token);
        Assert.Equal(ProblemKinds.Overloaded, Assert.Throws<ProblemException>(() => JsonBody.Parse(body)).Kind);
        Assert.Equal(json.Length, budget.InFlight);
    }

    [Fact]
    public void Budgets_are_limited_by_available_memory()
    {
        var options = new AdmissionOptions { AvailableMemory = 192 << 20 };
        Assert.Equal(96 << 20, options.BytesInFlight);
        Assert.Equal(24 << 20, options.PixelsInFlight);
        var budget = new UploadBudget(options);
        using var first = budget.Take(90 << 20);
        Assert.Equal(ProblemKinds.Overloaded, Assert.Throws<ProblemException>(() => budget.Take(7 << 20)).Kind);
        Assert.Equal(90 << 20, budget.InFlight);
    }

    /// <summary>What could never be held is too large, and not one too many: its sender would come again for ever.</summary>
    [Theory]
    [InlineData(1024, 20 << 20, 100 << 20)]
    [InlineData(242, 20 << 20, 100 << 20)]
    [InlineData(192, 20 << 20, (96L << 20) - (20 << 20) - 1)]
    [InlineData(96, 16 << 20, (32L << 20) - 1)]
    public void Limits_end_where_memory_does(int megabytes, int image, long batch)
    {
        var configured = new LimitOptions();
        var limits = configured.Within(new AdmissionOptions { AvailableMemory = (long)megabytes << 20 }.BytesInFlight);
        Assert.Equal((image, batch), (limits.MaxImageBytes, limits.MaxBatchBytes));
        Assert.Equal(limits == configured ? null : configured, limits.Configured);
        Assert.Empty(limits.Validate());
    }

    [Fact]
    public void Links_take_a_quarter_of_memory_at_most()
    {
        const int configured = 64 << 20;
        Assert.Equal(24 << 20, new AnnotationOptions { MemoryBytes = configured, AvailableMemory = 96 << 20 }.RingBytes);
        Assert.Equal(configured, new AnnotationOptions { MemoryBytes = configured, AvailableMemory = 1 << 30 }.RingBytes);
    }

    [Fact]
    public void A_share_larger_than_the_budget_is_capped_at_the_rest()
    {
        var budget = new UploadBudget(new AdmissionOptions { MaxBytesInFlight = 1024 * 1024 });
        using var upload = budget.Take(1000);
        using (var place = budget.Take(long.MaxValue, beside: 1000))
        {
            Assert.Equal(1024 * 1024, budget.InFlight);
            Assert.Throws<ProblemException>(() => budget.Take(1));
            place.Resize(2000);
            Assert.Equal(3000, budget.InFlight);
        }

        Assert.Equal(1000, budget.InFlight);
    }

    [Fact]
    public void Running_out_of_memory_is_reported_as_overload()
    {
        var problem = ProblemMapper.ToProblem(new InsufficientMemoryException());
        Assert.Equal(ProblemKinds.Overloaded, problem.Kind);
        Assert.NotNull(problem.RetryAfter);
    }
}
