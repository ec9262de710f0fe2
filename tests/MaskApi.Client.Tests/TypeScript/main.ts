// node build/main.js <base address> <picture>: sends a valid picture, an invalid one and a batch through the generated clients.
import { readFile } from 'node:fs/promises';
import { annotatePicture, detectFaces, detectFacesInBatch, getInfo } from './client';
import { client } from './client/client.gen';
import { AnnotationsService, DetectionsService, OpenAPI } from './codegen';

async function main(baseUrl: string, path: string): Promise<void> {
  client.setConfig({ baseUrl });
  OpenAPI.BASE = baseUrl;
  const picture = await readFile(path);
  const file = new Blob([new Uint8Array(picture)]);

  const info = await getInfo({ throwOnError: true });
  const detected = await detectFaces({
    body: { image: file },
    query: { landmarks: true, detail: 'auto' },
    throwOnError: true,
  });
  const annotated = await annotatePicture({ body: { image: file }, query: { format: 'png' } });
  const codegenDetected = await DetectionsService.detectFaces({ formData: { image: file } });
  const codegenAnnotated = await AnnotationsService.annotatePicture({ formData: { image: file }, format: 'png' });
  const refused = await detectFaces({ body: { image: new Blob(['no picture']) } });
  const batch = await detectFacesInBatch({
    body: { images: [new File([new Uint8Array(picture)], 'one.jpg'), new File(['no picture'], 'two.jpg')] },
    throwOnError: true,
  });

  console.log(JSON.stringify({
    models: info.data.models.length,
    label: detected.data.faces[0].label,
    mouth: detected.data.faces[0].landmarks?.mouth.y,
    annotated: annotated.response?.status,
    codegenLabel: codegenDetected.faces[0].label,
    codegenAnnotated: String(codegenAnnotated).slice(1, 4),
    refusal: refused.error?.code,
    batch: batch.data.results.map(result => result.status),
  }));
}

main(process.argv[2], process.argv[3]).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
