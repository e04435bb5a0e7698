export default {title: 'Boats', baseUrl: '/'}
