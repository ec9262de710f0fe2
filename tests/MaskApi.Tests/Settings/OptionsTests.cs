using MaskApi.Admission;
using MaskApi.Fetching;
using MaskApi.Settings;
using MaskApi.Uploads;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MaskApi.Tests.Settings;

public sealed class OptionsTests
{
    [Fact]
    public void Without_configuration_everything_is_valid() => Register();

    [Theory]
    [InlineData("MaskApi:Models:Path", "/no/such/folder")]
    [InlineData("MaskApi:Models:IntraOpThreads", "0")]
    [InlineData("MaskApi:Models:ExecutionProvider", "tpu")]
    [InlineData("MaskApi:Limits:MaxImageBytes", "0")]
    [InlineData("MaskApi:Limits:MaxImageBytes", "20MB")]
    [InlineData("MaskApi:Limits:MaxPixels", "-1")]
    [InlineData("MaskApi:Limits:MinSide", "0")]
    [InlineData("MaskApi:Limits:MaxBatchImages", "0")]
    [InlineData("MaskApi:Limits:MaxBatchBytes", "1000")]
    [InlineData("MaskApi:Admission:Concurrency", "-1")]
    [InlineData("MaskApi:Admission:QueueLength", "-1")]
    [InlineData("MaskApi:Admission:QueueTimeout", "00:00:00")]
    [InlineData("MaskApi:Admission:ProcessingTimeout", "soon")]
    [InlineData("MaskApi:Admission:UploadTimeout", "-00:00:01")]
    [InlineData("MaskApi:Admission:DownloadTimeout", "00:00:00")]
    [InlineData("MaskApi:Admission:MaxBytesInFlight", "1")]
    [InlineData("MaskApi:Admission:MaxPixelsInFlight", "1")]
    [InlineData("MaskApi:Remote:AllowedHosts:0", "https://example.com/")]
    [InlineData("MaskApi:Remote:AllowedHosts:0", "*.b\u00fccher.example")]
    [InlineData("MaskApi:Remote:AllowedHosts:0", "example.com.")]
    [InlineData("MaskApi:Remote:AllowedHosts:0", "[2606:4700::1111]")]
    [InlineData("MaskApi:Remote:AllowedNetworks:0", "10.0.0.0/40")]
    [InlineData("MaskApi:Remote:Timeout", "00:10:00")]
    [InlineData("MaskApi:Remote:MaxRedirects", "21")]
    [InlineData("MaskApi:Annotations:TimeToLive", "2.00:00:00")]
    [InlineData("MaskApi:Annotations:MemoryBytes", "-1")]
    [InlineData("MaskApi:Annotations:RedisTimeout", "00:00:00")]
    [InlineData("MaskApi:Annotations:PublicBaseUrl", "masks.example.com")]
    [InlineData("MaskApi:Keys:Values:0", "short")]
    [InlineData("MaskApi:Keys:File", "/no/such/file")]
    [InlineData("MaskApi:RateLimit:RequestsPerMinute", "-1")]
    [InlineData("MaskApi:RateLimit:Burst", "0")]
    [InlineData("MaskApi:Cors:AllowedOrigins:0", "https://app.example.com/path")]
    [InlineData("MaskApi:Proxies:Trusted:0", "proxy.example.com")]
    [InlineData("MaskApi:Lifecycle:DrainDelay", "-00:00:01")]
    [InlineData("MaskApi:Lifecycle:ShutdownTimeout", "00:00:00")]
    [InlineData("MaskApi:Log:Format", "xml")]
    [InlineData("MaskApi:Log:Level", "loud")]
    [InlineData("MaskApi:Telemetry:OtlpEndpoint", "collector:4317")]
    [InlineData("MaskApi:Telemetry:TraceRatio", "2")]
    [InlineData("MaskApi:Limits:MaxImageByte", "1000000")]
    [InlineData("MaskApi:Limits:MaxPixels:Most", "1000000")]
    [InlineData("MaskApi:Keys:Values", "a key that has no number")]
    [InlineData("MaskApi:Cors:AllowedOrigins", "*")]
    [InlineData("MaskApi:Remote:AllowedHosts", "example.com")]
    [InlineData("MaskApi:Models:ExecutionProvider", "7")]
    [InlineData("MaskApi:Log:Level", "99")]
    [InlineData("MaskApi:Annotations:PublicBaseUrl", "https://masks.example.com/#top")]
    [InlineData("MaskApi:Annotations:Redis", "redis:6379,no_such_option=1")]
    [InlineData("MaskApi:Annotations:Redis", "password=nowhere")]
    [InlineData("MaskApi:Annotations:Redis", "redis:99999")]
    [InlineData("MaskApi:Admission:MaxBytesInFlight", "60000000")]
    [InlineData("MaskApi:Admission:MaxBytesInFlight", "125829120")]
    public void A_bad_setting_is_named(string name, string value)
    {
        var exception = Assert.Throws<InvalidSettingsException>(() => Register((name, value)));
        var failure = Assert.Single(exception.Failures);

        // A list's entry is reported under the list; everything else under its own name.
        var expected = name.Split(':').TakeWhile(static part => part is not "0").ToArray();
        Assert.Contains(expected[1], failure, StringComparison.Ordinal);
        Assert.Contains(expected[2], failure, StringComparison.Ordinal);
    }

    /// <summary>A misplaced key must not be ignored: the service would be open to everybody.</summary>
    [Theory]
    [InlineData("MaskApi")]
    [InlineData("MaskApi:Keys")]
    public void A_section_has_no_value_of_its_own(string section)
    {
        var exception = Assert.Throws<InvalidSettingsException>(() => Register((section, "0123456789abcdef")));
        var failure = Assert.Single(exception.Failures);
        Assert.StartsWith($"Unknown setting {section}.", failure, StringComparison.Ordinal);
        Assert.DoesNotContain("0123456789abcdef", failure, StringComparison.Ordinal);
    }

    /// <summary>Compose files turn unset variables into empty strings.</summary>
    [Fact]
    public void An_empty_list_is_no_list() =>
        Register(("MaskApi:Keys:Values", ""), ("MaskApi:Keys:File", ""), ("MaskApi:Annotations:Redis", ""));

    /// <summary>The minimum and the maximum are allowed; beyond either, the setting is named.</summary>
    [Theory]
    [InlineData("MaskApi:Limits:MaxImageBytes", "1024", "1023", "1073741824", "1073741825")]
    [InlineData("MaskApi:Limits:MaxPixels", "256", "255", "500000000", "500000001")]
    [InlineData("MaskApi:Limits:MinSide", "1", "0", "4096", "4097")]
    [InlineData("MaskApi:Limits:MaxBatchImages", "1", "0", "1000", "1001")]
    [InlineData("MaskApi:Admission:Concurrency", "0", "-1", "1024", "1025")]
    [InlineData("MaskApi:Admission:QueueLength", "0", "-1", "100000", "100001")]
    [InlineData("MaskApi:Admission:QueueTimeout", "00:00:00.001", "00:00:00", "01:00:00", "01:00:01")]
    [InlineData("MaskApi:Admission:ProcessingTimeout", "00:00:00.001", "00:00:00", "01:00:00", "01:00:01")]
    [InlineData("MaskApi:Admission:UploadTimeout", "00:00:00.001", "00:00:00", "01:00:00", "01:00:01")]
    [InlineData("MaskApi:Admission:MaxPixelsInFlight", "1000000", "999999", "1099511627776", "1099511627777")]
    [InlineData("MaskApi:Annotations:TimeToLive", "00:00:00", "-00:00:01", "1.00:00:00", "1.00:00:01")]
    [InlineData("MaskApi:Annotations:RedisTimeout", "00:00:00.001", "00:00:00", "00:00:30", "00:00:31")]
    [InlineData("MaskApi:Lifecycle:DrainDelay", "00:00:00", "-00:00:01", "00:00:39", "00:05:01")]
    [InlineData("MaskApi:Models:IntraOpThreads", "1", "0", "256", "257")]
    [InlineData("MaskApi:RateLimit:RequestsPerMinute", "0", "-1", "1000000", "1000001")]
    [InlineData("MaskApi:RateLimit:Burst", "1", "0", "1000000", "1000001")]
    [InlineData("MaskApi:Remote:Timeout", "00:00:00.001", "00:00:00", "00:05:00", "00:05:01")]
    [InlineData("MaskApi:Remote:MaxRedirects", "0", "-1", "20", "21")]
    [InlineData("MaskApi:Telemetry:TraceRatio", "0", "-0.1", "1", "1.1")]
    public void A_setting_has_bounds(string name, string min, string below, string max, string above)
    {
        // A batch must hold a picture of the maximum size, and so must the upload budget.
        (string, string)[] room =
            [("MaskApi:Limits:MaxBatchBytes", "2000000000"), ("MaskApi:Admission:MaxBytesInFlight", "8000000000")];
        Register([.. room, (name, min)]);
        Register([.. room, (name, max)]);
        foreach (var outside in new[] { below, above })
        {
            var exception = Assert.Throws<InvalidSettingsException>(() => Register([.. room, (name, outside)]));
            Assert.Contains(exception.Failures, failure => failure.StartsWith(name, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Concurrency_defaults_to_the_number_of_cores()
    {
        Assert.Equal(Environment.ProcessorCount, new AdmissionOptions().Places);
        Assert.Equal(Environment.ProcessorCount + 1, new AdmissionOptions { Concurrency = Environment.ProcessorCount + 1 }.Places);
    }

    [Fact]
    public void An_unknown_section_is_named()
    {
        var exception = Assert.Throws<InvalidSettingsException>(() => Register(("MaskApi:Limit:MaxImageBytes", "1000000")));
        Assert.StartsWith("Unknown setting MaskApi:Limit.", Assert.Single(exception.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void All_bad_settings_are_named_at_once()
    {
        var exception = Assert.Throws<InvalidSettingsException>(
            () => Register(("MaskApi:Limits:MinSide", "0"), ("MaskApi:Admission:QueueLength", "x")));
        Assert.Equal(2, exception.Failures.Count);
    }

    [Theory]
    [InlineData("", "MaskApi:Keys:File: no key found in ")]
    [InlineData("# none yet\n\n", "MaskApi:Keys:File: no key found in ")]
    [InlineData("a-key-that-is-long-enough\nhunter2\n", "MaskApi:Keys:File: a key must have at least 16 characters.")]
    public void A_file_without_a_valid_key_is_refused(string content, string expected)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, content);
            var exception = Assert.Throws<InvalidSettingsException>(() => Register(("MaskApi:Keys:File", file)));
            Assert.StartsWith(expected, Assert.Single(exception.Failures), StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", exception.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_key_is_never_printed()
    {
        var exception = Assert.Throws<InvalidSettingsException>(() => Register(("MaskApi:Keys:Values:0", "hunter2")));
        Assert.DoesNotContain("hunter2", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_setting_can_come_from_the_environment()
    {
        Environment.SetEnvironmentVariable("OPTIONSTEST_MaskApi__Limits__MinSide", "32");
        Environment.SetEnvironmentVariable("OPTIONSTEST_MaskApi__Remote__AllowedHosts__0", "example.com");
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables("OPTIONSTEST_").Build();
        using var services = Provider(configuration);
        Assert.Equal(32, services.GetRequiredService<LimitOptions>().MinSide);
        Assert.Equal(["example.com"], services.GetRequiredService<RemoteOptions>().AllowedHosts);
    }

    private static ServiceProvider Provider(IConfiguration configuration)
    {
        var services = new ServiceCollection();
        services.AddServiceOptions(configuration);
        return services.BuildServiceProvider();
    }

    private static void Register(params (string Name, string Value)[] settings) => new ServiceCollection().AddServiceOptions(
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(static pair => KeyValuePair.Create(pair.Name, (string?)pair.Value)))
            .Build());
}
