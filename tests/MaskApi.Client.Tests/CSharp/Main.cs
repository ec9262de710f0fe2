// Generated <base address> <picture>: detects and annotates through the clients that NSwag and Kiota generated.
using Microsoft.Kiota.Abstractions;
using Microsoft.Kiota.Abstractions.Authentication;
using Microsoft.Kiota.Http.HttpClientLibrary;

var (address, path) = (args[0], args[1]);
var picture = await File.ReadAllBytesAsync(path);

using var http = new HttpClient();
var nswag = new NswagClient.MaskApi(address, http);
var detected = await nswag.DetectFacesAsync(null, null, null, null, null, new NswagClient.FileParameter(new MemoryStream(picture)));
var annotated = await nswag.AnnotatePictureAsync(
    null, null, null, null, null, NswagClient.Format.Png, null, new NswagClient.FileParameter(new MemoryStream(picture), "a.jpg"));
Console.WriteLine($"nswag {detected.Faces.Single().Label} {await SignatureAsync(annotated.Stream)}");

var kiota = new KiotaClient.MaskApi(new HttpClientRequestAdapter(new AnonymousAuthenticationProvider()) { BaseUrl = address });
var found = await kiota.V1.Detections.PostAsync(Body());
await using var drawn = await kiota.V1.Annotations.PostAsync(Body());
Console.WriteLine($"kiota {found!.Faces!.Single().Label} {await SignatureAsync(drawn!)}");

MultipartBody Body()
{
    var body = new MultipartBody();
    body.AddOrReplacePart("image", "image/jpeg", new MemoryStream(picture));
    return body;
}

static async Task<string> SignatureAsync(Stream stream)
{
    var signature = new byte[4];
    await stream.ReadExactlyAsync(signature);
    return Convert.ToHexString(signature);
}
