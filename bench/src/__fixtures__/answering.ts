import { createServer } from 'node:http';
import { serve } from '../server.ts';

serve(createServer((request, response) => response.end(request.url?.slice(1))));
